"""What the model in use may be trusted with in each language, as it was measured."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, cast

from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import OperatorError
from dragoman.nouns.level import Level

FOLDER = "levels"
"""The folder of the measurements: beside this file, and in a home."""

SUFFIX = ".toml"

# A model that nobody has measured writes only what every open model has read most of: the nine languages with more
# than two percent of Common Crawl's pages each (its statistics of 2024). The guard still stands behind it.
_LARGE = frozenset({"en", "ru", "de", "ja", "es", "zh", "fr", "it", "pt"})

ByLanguage = Mapping[str, Level]


class Levels:
    """Tells the level of a language. Everything is read at the start, so asking costs nothing and never blocks.

    The owner's word holds first, then what was measured in this home, then what came measured with the package, then
    a careful guess.

    Args:
        measured: model → language code → level; models as `model_key` writes them.
        override: the owner's own levels by language code.
    """

    def __init__(self, measured: Mapping[str, ByLanguage], override: ByLanguage | None = None) -> None:
        self._measured = measured
        self._override = override or {}

    @classmethod
    def load(cls, home: Path | None = None, override: ByLanguage | None = None) -> Self:
        """Read what was measured: with the package, and in `home`, whose own results win. Blocks for some ms.

        Raises:
            OperatorError: a file in the home cannot be read as levels, or names an unknown level or language.
        """
        measured = dict(_read(resources.files("dragoman.answers") / FOLDER))
        if home is not None and (home / FOLDER).is_dir():
            measured.update(_read(home / FOLDER))
        return cls(MappingProxyType(measured), override)

    def of(self, model: str | None, language: str) -> Level:
        """Return how far a turn in `language` may go with `model`, the name of the weights that answer.

        A model of which nothing is known, or None, gets a careful guess.
        """
        if language in self._override:
            return self._override[language]
        measured = self._measured.get(model_key(model)) if model else None
        return (measured or {}).get(language) or default_level(language)


def default_level(language: str) -> Level:
    """Return the level of a language in which the model has not been measured."""
    return Level.GENERATE if language in _LARGE else Level.QUOTE


def model_key(model: str) -> str:
    """Return a model's name as its file of levels is called: `Qwen/Qwen2.5-7B` is `qwen-qwen2.5-7b`."""
    return re.sub(r"[^a-z0-9.]+", "-", model.casefold()).strip("-.")


def _read(folder: Traversable | Path) -> Iterator[tuple[str, ByLanguage]]:
    for file in sorted(_files(folder), key=lambda one: one.name):
        yield file.name.removesuffix(SUFFIX), _levels(file)


def _files(folder: Traversable | Path) -> Iterable[Traversable | Path]:
    return [file for file in folder.iterdir() if file.name.endswith(SUFFIX)]


def _levels(file: Traversable | Path) -> ByLanguage:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        given: Any = content["levels"]
        return MappingProxyType({code: _level(code, value) for code, value in given.items()})
    except (
        OSError,
        UnicodeDecodeError,
        tomllib.TOMLDecodeError,
        KeyError,
        AttributeError,
        ValueError,
    ) as error:
        raise OperatorError(
            f"{file} does not hold levels ({_why(error)}): remove it, or measure again with `dragoman eval --save-levels`."
        ) from None


def _level(code: str, value: object) -> Level:
    if code not in LANGUAGES:
        raise ValueError(f"{code} is none of the 29 languages")
    try:
        return Level(cast("str", value))
    except ValueError:
        raise ValueError(f"{code}: expected {', '.join(Level)}") from None


def _why(error: Exception) -> str:
    return "it has no table [levels]" if isinstance(error, KeyError | AttributeError) else str(error)
