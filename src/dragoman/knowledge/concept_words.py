"""What passages and questions speak of, as words that are the same in every language.

They stand among the plain words of a passage's index, with a sign before them that no plain word begins with, so that
a Khmer question about the cost of a parcel finds the English passage about postage by them.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType

from dragoman.languages.concepts import concepts_of
from dragoman.languages.quantities import Kind, find
from dragoman.languages.registry import LANGUAGES

SAID, HEADED = "=", "#"
"""Before a concept that a passage speaks of, and before one that its last heading names."""

# A passage with such a quantity answers a question that has such a word.
_ANSWERS = MappingProxyType(
    {
        Kind.DURATION: ("how_long", "when"),
        Kind.DATE: ("when",),
        Kind.TIME: ("time_of_day", "when"),
        Kind.MONEY: ("price", "how_much"),
        Kind.MASS: ("weight",),
        Kind.LENGTH: ("length", "size"),
        Kind.VOLUME: ("volume",),
        Kind.TEMPERATURE: ("temperature",),
        Kind.DIGITAL: ("data_volume",),
    }
)


def asked_concepts(text: str, language: str) -> frozenset[str]:
    """Return the ids of the concepts of a question; none where the language has no table."""
    return concepts_of(text, language) if language in LANGUAGES else frozenset()


@cache
def telling() -> frozenset[str]:
    """Return the concepts that say what a question is about: one that nothing speaks of has hardly an answer."""
    file = resources.files("dragoman.knowledge") / "telling.toml"
    return frozenset(tomllib.loads(file.read_text(encoding="utf-8"))["concepts"])


def concept_words(text: str, headings: Sequence[str], language: str) -> frozenset[str]:
    """Return the concepts of a passage as words of its index, those of its last heading twice."""
    if language not in LANGUAGES:
        return frozenset()
    said = {answered for one in find(text, language) for answered in _ANSWERS.get(one.kind, ())}
    for part in (text, *headings):
        said |= concepts_of(part, language)
    headed = concepts_of(headings[-1], language) if headings else frozenset[str]()
    return frozenset({SAID + concept for concept in said} | {HEADED + concept for concept in headed})
