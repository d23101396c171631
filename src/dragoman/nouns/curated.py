"""Answers that a person approved: a question, other ways to put it, and its answer, in any number of languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from dragoman.nouns.message import Citation

EntryId = NewType("EntryId", str)


class CuratedStatus(StrEnum):
    """Whether an answer may reach customers."""

    DRAFT = "draft"
    """Written by a person or a model, and not read over yet: never served."""
    APPROVED = "approved"
    """A person answers for it: served word for word."""


@dataclass(frozen=True, slots=True)
class CuratedText:
    """One entry in one language; the texts that have `entry` in common say the same in several.

    Attributes:
        entry: the entry, the same in all languages.
        topic: what the entry is about, in the owner's words; empty where it has none.
        language: the code of the language.
        question: the question as it would be printed in a list of them.
        wordings: other ways in which customers put it.
        answer: what is answered, word for word.
        status: whether it may be served.
        reviewer: who answers for it, or None.
        updated_at: when it was last changed; None for one that is not stored yet.
    """

    entry: EntryId
    topic: str
    language: str
    question: str
    wordings: tuple[str, ...]
    answer: str
    status: CuratedStatus = CuratedStatus.DRAFT
    reviewer: str | None = None
    updated_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CuratedMatch:
    """An approved answer to what a customer asked.

    Attributes:
        entry: the entry.
        topic: its topic.
        language: the language of `text`, which is the customer's.
        text: the answer, word for word.
        score: cosine of the question's vector and that of the nearest wording in any language, -1 to 1.
        sure: True where it may be served at once; otherwise it is a candidate, to be served when something else
            speaks for it too (the best passage of a search says the same).
        citation: the entry, as what the reply stands on.
    """

    entry: EntryId
    topic: str
    language: str
    text: str
    score: float
    sure: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of taking rows in.

    Attributes:
        added, changed, unchanged: how many texts (an entry in a language) were new, replaced, or there already.
        entries: the entries that the rows speak of, in their order.
    """

    added: int
    changed: int
    unchanged: int
    entries: tuple[EntryId, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """In which languages each entry is answered.

    Attributes:
        topics: the topic of each entry, by entry, in their order.
        statuses: the status by entry and language; what is missing has no key.
    """

    topics: Mapping[EntryId, str]
    statuses: Mapping[EntryId, Mapping[str, CuratedStatus]]

    def totals(self, languages: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Return how many entries are `approved`, `draft` and `missing`, by language."""
        return {language: self._total(language) for language in languages}

    def _total(self, language: str) -> Mapping[str, int]:
        found = [texts.get(language) for texts in self.statuses.values()]
        return {
            "approved": found.count(CuratedStatus.APPROVED),
            "draft": found.count(CuratedStatus.DRAFT),
            "missing": found.count(None),
        }
