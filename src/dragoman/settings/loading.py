"""Reading the settings: `dragoman.toml` in the home folder, the environment over it, the command line over both.

A mistake stops the start with one line: the setting's name, what was expected, and where it was set. Never the value,
which may be a secret, or a secret in the wrong place.
"""

import difflib
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import platformdirs
from pydantic import BaseModel, SecretStr, ValidationError

from dragoman.nouns.errors import OperatorError
from dragoman.settings.describing import expectation, fields, is_list
from dragoman.settings.groups import Settings

FILE_NAME = "dragoman.toml"
HOME_VARIABLE = "DRAGOMAN_HOME"
PREFIX = "DRAGOMAN_"
DELIMITER = "__"
# Variables that are no settings: where the settings are, and what belongs to the test suite around us.
_NOT_SETTINGS = (HOME_VARIABLE, "DRAGOMAN_TEST_")


@dataclass(frozen=True, slots=True)
class _Given:
    """One value as it was found: `section.name`, and where."""

    key: str
    value: object
    where: str


def default_home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder in which everything that must last is kept when the command line names none."""
    if named := environment.get(HOME_VARIABLE):
        return Path(named).expanduser().absolute()
    if sys.platform == "linux" and os.geteuid() == 0:
        return Path("/var/lib/dragoman")
    return platformdirs.user_data_path("dragoman", appauthor=False)


def variable(key: str) -> str:
    """Return the environment variable of a setting: `desk.port` is `DRAGOMAN_DESK__PORT`."""
    return f"{PREFIX}{key.replace('.', DELIMITER).upper()}"


def load(
    home: Path,
    overrides: Mapping[str, object] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """Return the settings of this home.

    Args:
        home: the folder that may hold `dragoman.toml`.
        overrides: values from the command line by `section.name`; None means not given.
        environment: variables; `DRAGOMAN_SECTION__NAME` is a setting, an empty one counts as unset.

    Raises:
        OperatorError: something is unknown or wrong; one line for each mistake.
    """
    given: dict[str, _Given] = {}
    for source in (_file(home / FILE_NAME), _environment(environment), _command_line(overrides or {})):
        given.update({value.key: value for value in source})
    mistakes = [_unknown(value) for value in given.values() if value.key not in fields()]
    if mistakes:
        raise OperatorError("\n".join(mistakes))
    try:
        return Settings.model_validate(_nested(given.values()))
    except ValidationError as error:
        # By place, since a list can be wrong in several.
        wrong = dict.fromkeys(".".join(map(str, mistake["loc"][:2])) for mistake in error.errors())
        raise OperatorError(
            "\n".join(f"{key}: expected {expectation(key)} ({given[key].where})." for key in wrong)
        ) from None


def origins(home: Path, *, environment: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """Return where each setting of this home is set, by `section.name`: the place that wins, never the value.

    Raises:
        OperatorError: the file cannot be read.
    """
    given = (*_file(home / FILE_NAME), *_environment(environment))
    return {value.key: value.where for value in given}


def _file(path: Path) -> Iterator[_Given]:
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise OperatorError(f"Cannot read {path}: {reason}.") from None
    except tomllib.TOMLDecodeError as error:
        raise OperatorError(f"{path} is not TOML: {error}.") from None
    for section, values in content.items():
        if not isinstance(values, dict):
            yield _Given(section, values, f"{path}:{_line(text, None, section)}")
            continue
        for name, value in cast("dict[str, object]", values).items():
            yield _Given(f"{section}.{name}", value, f"{path}:{_line(text, section, name)}")


def _line(text: str, section: str | None, name: str) -> int:
    """Return the line on which a setting stands, in any of TOML's ways to write it, or that of its section."""
    current: str | None = None
    best = 1
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\[?\s*([^\[\]]+?)\s*\]", line):
            current = header[1].strip("\"'")
            if current == f"{section}.{name}":
                return number
            best = number if current == section else best
        key = re.match(r"""\s*([\w."'-]+?(?:\s*\.\s*[\w"'-]+)?)\s*=""", line)
        if key is None:
            continue
        path = [part.strip().strip("\"'") for part in key[1].split(".")]
        full = path if current is None else [current, *path]
        if full in ([name] if section is None else [section, name], [section]):
            return number
    return best


def _environment(environment: Mapping[str, str]) -> Iterator[_Given]:
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable.startswith(_NOT_SETTINGS) or not text:
            continue
        key = variable.removeprefix(PREFIX).lower().replace(DELIMITER, ".", 1)
        where = f"environment variable {variable}"
        yield _Given(key, _listed(text) if is_list(key) else text, where)


def _listed(text: str) -> object:
    """Read a list from a variable: JSON, or values with commas between."""
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return [part.strip() for part in text.split(",") if part.strip()]


def as_variable(value: Sequence[str | BaseModel]) -> str:
    """Write a list as `DRAGOMAN_SECTION__NAME` takes it, keys in the clear: environments are their owner's alone."""
    if all(isinstance(one, str) for one in value):
        return ",".join(map(str, value))
    return json.dumps([one if isinstance(one, str) else _plain(one) for one in value])


def _plain(table: BaseModel) -> dict[str, object]:
    return {
        name: one.get_secret_value() if isinstance(one, SecretStr) else one
        for name, one in table
        if one is not None
    }


def _command_line(overrides: Mapping[str, object]) -> Iterator[_Given]:
    for key, value in overrides.items():
        if value is not None:
            yield _Given(key, value, "command line")


def _nested(given: Iterable[_Given]) -> dict[str, dict[str, Any]]:
    nested: dict[str, dict[str, Any]] = {}
    for value in given:
        section, name = value.key.split(".", 1)
        nested.setdefault(section, {})[name] = value.value
    return nested


def _unknown(given: _Given) -> str:
    sections = {key.split(".")[0] for key in fields()}
    if given.key in sections:
        return f"{given.key}: expected a section, [{given.key}], with settings in it ({given.where})."
    return f"{given.key}: no such setting{_suggestion(given.key)} ({given.where})."


def _suggestion(key: str) -> str:
    """Return a known setting that looks or ends like this one, or where to read them all."""
    name = key.rsplit(".", 1)[-1]
    alike = difflib.get_close_matches(key, fields(), n=1, cutoff=0.75)
    same_name = [known for known in fields() if known.endswith(f".{name}")]
    by_name = [
        known
        for close in difflib.get_close_matches(name, [k.split(".")[1] for k in fields()], n=1, cutoff=0.75)
        for known in fields()
        if known.endswith(f".{close}")
    ]
    best = alike or same_name or by_name
    return f"; did you mean {best[0]}?" if best else "; docs/reference/settings.md lists them all"
