"""What passages and questions speak of, as words that are the same in every language.

They stand among the plain words of a passage's index, with a sign before them that no plain word begins with, so that
a Khmer question about the cost of a parcel finds the English passage about postage by them.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType

from dragoman.languages.concepts import concepts_of
from dragoman.languages.places import countries_of, unions_of
from dragoman.languages.quantities import IdentifierKind, Kind, find, identifiers
from dragoman.languages.registry import LANGUAGES
from dragoman.languages.things import THINGS, things_of

SAID, HEADED = "=", "#"
"""Before a concept that a passage speaks of, and before one that its last heading names."""

# A passage with such a quantity or identifier answers a question that has such a word.
_ANSWERS: Mapping[Kind | IdentifierKind, Sequence[str]] = MappingProxyType(
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
        IdentifierKind.EMAIL: ("email", "email_address", "contact"),
        IdentifierKind.PHONE: ("phone", "contact"),
        IdentifierKind.LINK: ("link", "website"),
    }
)


def asked_concepts(text: str, language: str) -> frozenset[str]:
    """Return the ids of the concepts and things of a question; none where the language has no table."""
    return spoken(text, language) if language in LANGUAGES else frozenset()


def asked_places(text: str, language: str) -> Sequence[Sequence[str]]:
    """Return the countries of a question as a passage may name them: each, then the unions that it is in."""
    if language not in LANGUAGES:
        return ()
    return [(country, *unions_of(country)) for country in countries_of(text, language)]


def spoken(text: str, language: str) -> frozenset[str]:
    """Return the ids of the concepts that a text speaks of and of the things that it names.

    Raises:
        KeyError: the language has no table.
    """
    return concepts_of(text, language) | things_of(text, language)


@cache
def telling() -> frozenset[str]:
    """Return the concepts that say what a question is about, as every thing does; see `tells`."""
    file = resources.files("dragoman.knowledge") / "telling.toml"
    return frozenset(tomllib.loads(file.read_text(encoding="utf-8"))["concepts"])


def tells(concept: str) -> bool:
    """Tell whether a concept or thing says what a question is about: where nothing speaks of it, there is hardly an answer."""
    return concept.startswith(THINGS) or concept in telling()


def concept_words(text: str, headings: Sequence[str], language: str) -> frozenset[str]:
    """Return the concepts of a passage as words of its index, those of its last heading twice."""
    if language not in LANGUAGES:
        return frozenset()
    kinds = {one.kind for one in (*find(text, language), *identifiers(text))}
    said = {answered for kind in kinds for answered in _ANSWERS.get(kind, ())}
    for part in (text, *headings):
        said |= _spoken_with_places(part, language)
    headed = _spoken_with_places(headings[-1], language) if headings else frozenset[str]()
    return frozenset({SAID + concept for concept in said} | {HEADED + concept for concept in headed})


def _spoken_with_places(text: str, language: str) -> frozenset[str]:
    return spoken(text, language).union(countries_of(text, language))
