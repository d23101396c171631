"""Which concepts of the table of opposites a question speaks of, and whether it says no."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import regex

from dragoman.languages.concepts import concepts_of as all_concepts_of
from dragoman.languages.concepts import table
from dragoman.languages.concepts.patterns import compiled
from dragoman.languages.folding import folded

# Languages that short questions are taken for one another in: opposites and negations are
# read in both, lest they be read in neither.
_CLOSE = MappingProxyType({"id": "ms", "ms": "id", "tl": "ceb", "ceb": "tl"})
NEGATION = "not"
IGNORED = "ignore"


@dataclass(frozen=True, slots=True)
class Concepts:
    """Which concepts of the table of opposites a text speaks of, which of all the tables, and whether it says no."""

    found: frozenset[str]
    all: frozenset[str]
    negated: bool


@cache
def _groups() -> Mapping[str, Any]:
    file = resources.files("dragoman.answers.same_question") / "opposites.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _opposites() -> Mapping[str, frozenset[str]]:
    """Return what each concept turns round: `cancel` turns round `order`, but not the other way about.

    Whoever writes "cancel my order" speaks of both, and means what "cancel" means. Pairs whose sides are equals,
    `before` and `after`, stand in the table both ways.
    """
    pairs: dict[str, set[str]] = {}
    for turning, turned in _groups()["turns"].items():
        pairs.setdefault(turning, set()).update(turned)
    for group in _groups()["groups"]:
        for one in group:
            pairs.setdefault(one, set()).update(other for other in group if other != one)
    return {one: frozenset(others) for one, others in pairs.items()}


OPPOSITES = _opposites()
"""What each concept is the opposite of."""
EQUALS: Mapping[str, frozenset[str]] = {
    one: frozenset(other for group in _groups()["groups"] if one in group for other in group) - {one}
    for one in OPPOSITES
}
"""Those opposites that turn each other round: a text that names both asks about both."""
LONE: frozenset[str] = frozenset(_groups()["alone"])
"""Concepts that make another question of any that has them not."""
CONCEPTS: frozenset[str] = frozenset(OPPOSITES).union(*OPPOSITES.values()) | LONE
"""All concepts; the table of every language writes each of them."""


@cache
def _saying_no(language: str) -> "tuple[regex.Pattern[str], regex.Pattern[str]]":
    """Return what says no, and what only seems to: asking politely (`不好意思`, `n'est-ce pas`) is written with one."""
    return compiled(table(language)[NEGATION], language), compiled(table(language)[IGNORED], language)


def concepts_of(text: str, language: str) -> Concepts:
    """Read a text.

    Raises:
        KeyError: there is no table for the language, which none of the 29 lacks.
    """
    spoken = all_concepts_of(text, language)
    languages = [language, *([_CLOSE[language]] if language in _CLOSE else [])]
    read = frozenset[str]().union(*(all_concepts_of(text, one) for one in languages))
    return Concepts(read & CONCEPTS, spoken, any(_negated(text, one) for one in languages))


def _negated(text: str, language: str) -> bool:
    negation, ignored = _saying_no(language)
    return negation.search(ignored.sub(" ", folded(text, language))) is not None
