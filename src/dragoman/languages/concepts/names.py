"""What concepts are called where one stands before a figure: `Lieferung, Deutschland: 4,90 €`."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from dragoman.languages.concepts.patterns import Pattern, patterns_of
from dragoman.languages.concepts.reading import NO_CONCEPTS, table
from dragoman.languages.folding import folded

# Passages are spoken of again and again.
_REMEMBERED = 2048
# Concepts that go by the name of another.
_CALLED = {
    "return_period": "return",
    "return_cost": "return",
    "money_back": "refund",
    "ship_abroad": "abroad",
    "payment_method": "pay",
    "double_charge": "pay",
    "change_order": "change",
    "email_address": "email",
    "call_back": "phone",
    "range_of_goods": "product",
    "in_store": "shop",
    "working_day": "weekday",
    "subscribe": "subscription",
    "start_begin": "start",
    "delivery_and_installation": "install",
}


@cache
def names(language: str) -> Mapping[str, str]:
    """Return what the concepts that have a name are called in a language, by their ids.

    Raises:
        KeyError: there is no table for it, which none of the 29 lacks.
    """
    file = resources.files("dragoman.languages.concepts") / "names" / f"{language}.toml"
    if not file.is_file():
        raise KeyError(language)
    return tomllib.loads(file.read_text(encoding="utf-8"))


@lru_cache(_REMEMBERED)
def spoken_of(text: str, language: str) -> tuple[str, ...]:
    """Return the ids of the concepts with a name that a text speaks of, as they follow one another, each once.

    Of several that read the same words the one is meant that reads most of them ("delivery costs" are no delivery),
    and among equals the one in whose table they stand first ("parcel" is a parcel before it is a delivery). Where that
    one has no name, nothing is said of these words.

    Raises:
        KeyError: there is no table for the language.
    """
    meant: list[_Reading] = []
    for one in sorted(_readings(folded(text, language), language), key=_first_meant):
        if not any(one.start < other.end and other.start < one.end for other in meant):
            meant.append(one)
    called = (_CALLED.get(one.concept, one.concept) for one in sorted(meant))
    return tuple(dict.fromkeys(one for one in called if one in names(language)))


class _Reading(NamedTuple):
    """Words that a concept reads.

    Attributes:
        rank: at which place of the concept's table they stand.
    """

    start: int
    end: int
    concept: str
    rank: int


def _first_meant(one: _Reading) -> tuple[int, int, int]:
    return one.start - one.end, one.rank, one.start


def _readings(words: str, language: str) -> Iterator[_Reading]:
    for concept, patterns in _patterns(language).items():
        for rank, pattern in enumerate(patterns):
            for start, end in pattern.spans(words):
                yield _Reading(start, end, concept, rank)


@cache
def _patterns(language: str) -> Mapping[str, tuple[Pattern, ...]]:
    return {
        one: patterns_of(written, language)
        for one, written in table(language).items()
        if one not in NO_CONCEPTS
    }
