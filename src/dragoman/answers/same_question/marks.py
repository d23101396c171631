"""What tells a question from those that are merely near, taken out of its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from dragoman.answers.same_question.concepts import concepts_of
from dragoman.answers.same_question.figures import figures_of
from dragoman.answers.same_question.names import names_of, word_keys
from dragoman.languages.places import places_of

# Questions whose marks are kept: several rungs ask about one, one after the other.
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a question.

    Attributes:
        language: the code of the language it was read in.
        concepts: those of the table of opposites that it speaks of.
        negated: whether it says no.
        figures: its numbers and quantities, written in one way.
        names: its proper names, product names, codes, countries and weekdays, by key.
        words: all its words by key, for names that the other question writes small; empty where words may not be kept.
        spoken: all concepts that it speaks of; not compared, and not kept.
    """

    language: str
    concepts: frozenset[str]
    negated: bool
    figures: frozenset[str]
    names: frozenset[str]
    words: frozenset[str] = frozenset()
    spoken: frozenset[str] = frozenset()


@lru_cache(_REMEMBERED)
def marks_of(text: str, language: str) -> Marks:
    """Read the marks of a question. Some 200 µs."""
    concepts = concepts_of(text, language)
    return Marks(
        language=language,
        concepts=concepts.found,
        negated=concepts.negated,
        figures=figures_of(text),
        names=names_of(text, language) | places_of(text, language),
        words=word_keys(text, language),
        spoken=concepts.all,
    )


def without_words(marks: Marks) -> Marks:
    """Return marks that hold nothing of a customer's words: names hashed, other words left out."""
    hashed = frozenset(blake2b(name.encode(), digest_size=8).hexdigest() for name in marks.names)
    return replace(marks, names=hashed, words=frozenset(), spoken=frozenset())


def as_record(marks: Marks) -> Mapping[str, Any]:
    """Return marks as plain JSON; `words` and `spoken` are not kept."""
    return {
        "language": marks.language,
        "concepts": sorted(marks.concepts),
        "negated": marks.negated,
        "figures": sorted(marks.figures),
        "names": sorted(marks.names),
    }


def of_record(record: Mapping[str, Any]) -> Marks:
    """Return the marks that `as_record` wrote."""

    def texts(key: str) -> frozenset[str]:
        values: Sequence[str] = record[key]
        return frozenset(values)

    return Marks(
        record["language"], texts("concepts"), bool(record["negated"]), texts("figures"), texts("names")
    )
