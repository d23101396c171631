import tomllib
import unicodedata
from importlib import resources

import pytest

from dragoman.languages.phrases import Phrases
from dragoman.languages.registry import LANGUAGES

_FEWEST = 6
_INSIDE_WORDS = "'-\u200c"
# What is not answered with a fixed reply of small talk but by handing over.
_HANDED_OVER = {"person"}

_SOURCE = resources.files("dragoman.languages") / "small_talk.toml"
MESSAGES: dict[str, dict[str, list[str]]] = tomllib.loads(_SOURCE.read_text(encoding="utf-8"))


def test_every_language_is_there_and_no_other() -> None:
    assert list(MESSAGES) == list(LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_kind_has_its_messages_and_its_reply(code: str) -> None:
    assert MESSAGES[code].keys() - _HANDED_OVER == Phrases.load().section("small_talk", code).keys()
    assert MESSAGES[code].keys() >= _HANDED_OVER
    assert {kind for kind, forms in MESSAGES[code].items() if len(forms) < _FEWEST} == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_message_stands_once_for_one_kind(code: str) -> None:
    forms = [form for kind in MESSAGES[code].values() for form in kind]
    assert len(forms) == len(set(forms))


@pytest.mark.parametrize("code", LANGUAGES)
def test_messages_are_in_lower_case_without_punctuation(code: str) -> None:
    for forms in MESSAGES[code].values():
        for form in forms:
            assert form == form.lower().strip()
            bare = "".join(one for one in form if one not in _INSIDE_WORDS and one != " ")
            assert all(one.isalnum() or _is_mark(one) for one in bare), form


def _is_mark(one: str) -> bool:
    return unicodedata.category(one) in {"Mn", "Mc", "Lm"}
