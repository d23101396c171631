"""Reads which concepts a text speaks of."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from dragoman.languages.concepts.patterns import Pattern, patterns_of
from dragoman.languages.folding import folded

# What says no, and what only seems to.
_NO_CONCEPTS = frozenset({"not", "ignore"})


def concepts_of(text: str, language: str) -> frozenset[str]:
    """Return the ids of the concepts that a text speaks of. A millisecond for a passage of 800 characters.

    Raises:
        KeyError: there is no table for the language, which none of the 29 lacks.
    """
    words = folded(text, language)
    return frozenset(
        concept
        for concept, patterns in _patterns(language).items()
        if any(pattern.inside(words) for pattern in patterns)
    )


@cache
def table(language: str) -> Mapping[str, str]:
    """Return how each concept is written in a language; see `patterns`.

    Raises:
        KeyError: there is no table for it.
    """
    file = resources.files("dragoman.languages.concepts") / "tables" / f"{language}.toml"
    if not file.is_file():
        raise KeyError(language)
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _patterns(language: str) -> Mapping[str, tuple[Pattern, ...]]:
    return {
        concept: patterns_of(written, language)
        for concept, written in table(language).items()
        if concept not in _NO_CONCEPTS
    }
