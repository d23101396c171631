"""Reads which concepts a text speaks of."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from dragoman.languages.concepts.patterns import Pattern, patterns_of
from dragoman.languages.folding import folded

NO_CONCEPTS = frozenset({"not", "ignore"})
"""What says no, and what only seems to."""
# Texts whose concepts are kept: several rooms ask about one question, one after the other.
_REMEMBERED = 64
# Letters of a needle that it is looked up by.
_BEGINNINGS = (1, 2, 3)

ByBeginning = Mapping[str, tuple[tuple[str, Pattern], ...]]
"""Patterns with what they stand for, by how their needles begin: of two thousand, a question has the beginnings of some hundred."""


@lru_cache(_REMEMBERED)
def concepts_of(text: str, language: str) -> frozenset[str]:
    """Return the ids of the concepts that a text speaks of. Two milliseconds for a passage of 800 characters, a tenth for a question.

    Raises:
        KeyError: there is no table for the language, which none of the 29 lacks.
    """
    found = found_in(folded(text, language), _concepts(language))
    # "Quanto ci mette" and "quanto costa" begin alike: who asks how long something takes does not ask how much it is.
    return found - {"how_much"} if "how_long" in found else found


def found_in(words: str, patterns: ByBeginning) -> frozenset[str]:
    """Return what those patterns stand for that a folded text has."""
    beginnings = {words[start : start + length] for length in _BEGINNINGS for start in range(len(words))}
    found: set[str] = set()
    for beginning in beginnings & patterns.keys():
        found.update(
            one for one, pattern in patterns[beginning] if one not in found and pattern.inside(words)
        )
    return frozenset(found)


def by_beginning(table: Mapping[str, str], language: str) -> ByBeginning:
    """Read the patterns of a table: id → how it is written."""
    patterns: defaultdict[str, list[tuple[str, Pattern]]] = defaultdict(list)
    for one, written in table.items():
        for pattern in patterns_of(written, language):
            patterns[pattern.needle[: max(_BEGINNINGS)]].append((one, pattern))
    return {beginning: tuple(some) for beginning, some in patterns.items()}


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
def _concepts(language: str) -> ByBeginning:
    spoken = {concept: written for concept, written in table(language).items() if concept not in NO_CONCEPTS}
    return by_beginning(spoken, language)
