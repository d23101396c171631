"""What is documented and what is real cannot drift apart."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.main import get_command

from dragoman.cli.app import app
from dragoman.languages.registry import LANGUAGES
from dragoman.settings.groups import LanguageCode
from dragoman.settings.reference import reference

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def test_every_setting_is_documented_as_it_is() -> None:
    written = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    assert written == reference(), (
        "renew it: python -m dragoman.settings.reference > docs/reference/settings.md"
    )


def test_the_fallback_language_can_be_any_of_the_29() -> None:
    assert set(get_args(LanguageCode)) == set(LANGUAGES)


def verbs(command: Any = None, path: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return every verb that is shown, `model list` and its like included, with its command."""
    command = command or get_command(app)
    if command.hidden:
        return {}
    inner = getattr(command, "commands", None)
    if inner is None:
        return {" ".join(path): command}
    return {name: one for key, sub in inner.items() for name, one in verbs(sub, (*path, key)).items()}


def documented_verbs() -> dict[str, str]:
    """Return the sections of cli.md by verb."""
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    parts = re.split(r"^## `dragoman ([^`]*)`$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def options(command: Any) -> set[str]:
    return {
        name
        for parameter in command.params
        if not getattr(parameter, "hidden", False)
        for name in parameter.opts
        if name.startswith("--") and name != "--help"
    }


def test_every_verb_is_documented_and_no_other() -> None:
    assert set(documented_verbs()) == set(verbs())


@pytest.mark.parametrize("verb", verbs())
def test_every_option_of_a_verb_is_documented_and_no_other(verb: str) -> None:
    written = set(re.findall(r"^\| `(--[a-z-]+)", documented_verbs()[verb], flags=re.MULTILINE))
    assert written == options(verbs()[verb])


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_says_what_it_does(verb: str) -> None:
    assert verbs()[verb].help
    assert all(parameter.help for parameter in verbs()[verb].params if hasattr(parameter, "help"))
