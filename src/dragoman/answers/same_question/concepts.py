"""Which concepts of the table of opposites a question speaks of, and whether it says no."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import regex

from dragoman.answers.same_question.folding import folded
from dragoman.answers.same_question.patterns import compiled

NEGATION = "not"
IGNORED = "ignore"


@dataclass(frozen=True, slots=True)
class Concepts:
    """The concepts a text speaks of by id, and whether it says no."""

    found: frozenset[str]
    negated: bool


def _table(name: str) -> Mapping[str, Any]:
    file = resources.files("dragoman.answers.same_question") / "tables" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _opposites() -> Mapping[str, frozenset[str]]:
    """Return what each concept turns round: `cancel` turns round `order`, but not the other way about.

    Whoever writes "cancel my order" speaks of both, and means what "cancel" means. Pairs whose sides are equals,
    `before` and `after`, stand in the table both ways.
    """
    pairs: dict[str, set[str]] = {}
    table = _table("opposites")
    for turning, turned in table["turns"].items():
        pairs.setdefault(turning, set()).update(turned)
    for group in table["groups"]:
        for one in group:
            pairs.setdefault(one, set()).update(other for other in group if other != one)
    return {one: frozenset(others) for one, others in pairs.items()}


OPPOSITES = _opposites()
"""What each concept is the opposite of."""
LONE: frozenset[str] = frozenset(_table("opposites")["alone"])
"""Concepts that make another question of any that has them not."""
CONCEPTS: frozenset[str] = frozenset(OPPOSITES).union(*OPPOSITES.values()) | LONE
"""All concepts; the table of every language writes each of them."""


@cache
def _written(language: str) -> "Mapping[str, regex.Pattern[str]]":
    table: Mapping[str, str] = _table(language)
    return {concept: compiled(patterns, language) for concept, patterns in table.items()}


def concepts_of(text: str, language: str) -> Concepts:
    """Read a text.

    Raises:
        KeyError: there is no table for the language, which none of the 29 lacks.
    """
    written = _written(language)
    words = folded(text, language)
    found = {concept for concept in CONCEPTS if written[concept].search(words)}
    # Asking politely (`不好意思`, `n'est-ce pas`) is no negation, though it is written with one.
    said = written[IGNORED].sub(" ", words) if IGNORED in written else words
    return Concepts(frozenset(found), written[NEGATION].search(said) is not None)
