"""Reads which things a text names."""

import tomllib
from functools import cache, lru_cache
from importlib import resources

from dragoman.languages.concepts.reading import ByBeginning, by_beginning, found_in
from dragoman.languages.folding import folded

THINGS = "thing:"
"""Before the id of a thing: some are called like a concept."""

# As of concepts: a question is asked about more than once.
_REMEMBERED = 64


@lru_cache(_REMEMBERED)
def things_of(text: str, language: str) -> frozenset[str]:
    """Return the ids of the things that a text names, each behind `THINGS`.

    Raises:
        KeyError: there is no table for the language, which none of the 29 lacks.
    """
    return found_in(folded(text, language), _things(language))


@cache
def _things(language: str) -> ByBeginning:
    file = resources.files("dragoman.languages.things") / "words" / f"{language}.toml"
    if not file.is_file():
        raise KeyError(language)
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return by_beginning({THINGS + thing: written for thing, written in table.items()}, language)
