"""The rung of approved answers: given word for word where the question means the same, not where it is merely near."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dragoman.answers.base import Question
from dragoman.answers.same_question.compare import Difference, compare, turns_round
from dragoman.answers.same_question.marks import Marks, marks_of
from dragoman.embeddings.base import Embedder
from dragoman.knowledge.curated import embed_texts
from dragoman.nouns.curated import CuratedMatch, CuratedStatus, CuratedText, EntryId
from dragoman.nouns.message import Citation


class CuratedStore(Protocol):
    """What the rung asks of storage; see `dragoman.storage.curated.PostgresCurated`."""

    async def version(self) -> int:
        """Return a number that grows with every change."""
        ...

    async def texts_with_vectors(
        self, *, status: CuratedStatus, embedder: str, dimensions: int
    ) -> Sequence[tuple[CuratedText, NDArray[np.float32] | None]]:
        """Return texts with their vectors, None where another embedder made them."""
        ...

    async def put_vectors(
        self, texts: Sequence[CuratedText], vectors: Sequence[NDArray[np.float32]], *, embedder: str
    ) -> None:
        """Store new vectors of texts."""
        ...


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Cosines of a question and the nearest wording. Below `candidate` there is no match.

    Attributes:
        sure: from here on, the answer is given at once.
        candidate: from here on, it may be given where something else speaks for it.
        margin: a sure match is so much nearer than the next entry.
    """

    sure: float
    candidate: float
    margin: float


USUAL = Thresholds(sure=0.93, candidate=0.86, margin=0.01)
BY_LANGUAGE: Mapping[str, Thresholds] = MappingProxyType({})
# Wordings of an entry that are so little farther than its nearest one are as near.
_AS_NEAR = 0.03


@dataclass(frozen=True, slots=True)
class _Known:
    """The approved texts, made ready: one row of `vectors` for each wording of any language.

    Attributes:
        of_row: the entry (by its place in `entries`) that each row belongs to.
        own: the texts by entry and language, each with the marks and rows of its question and wordings.
    """

    version: int
    entries: tuple[EntryId, ...]
    vectors: NDArray[np.float32]
    of_row: NDArray[np.int64]
    own: Mapping[tuple[EntryId, str], "_Own"]


@dataclass(frozen=True, slots=True)
class _Own:
    text: CuratedText
    rows: range
    marks: tuple[Marks, ...]


class CuratedAnswers:
    """Finds the approved answer to a question, in the customer's language only.

    Wordings of all languages are compared by meaning, since vectors of one meaning lie close in all of them; what
    tells the same from the near (`same_question`) is read in the customer's language, in which every match has a
    question of its own. The vectors stay in memory; each call asks the database whether they still hold.

    Args:
        store: where the entries are.
        embedder: the one that makes `Question.vector`; used for texts whose vectors another one made.
        thresholds: by language, `USUAL` for the others.
    """

    def __init__(
        self, store: CuratedStore, embedder: Embedder, *, thresholds: Mapping[str, Thresholds] = BY_LANGUAGE
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._thresholds = thresholds
        self._known: _Known | None = None
        self._loading = asyncio.Lock()

    async def find(self, question: Question) -> CuratedMatch | None:
        """Return the best match, or None. Some milliseconds.

        Raises:
            StorageUnavailableError: the database cannot be reached.
        """
        known = await self._up_to_date()
        if not known.entries:
            return None
        scores = _by_entry(known, question.vector)
        thresholds = self._thresholds.get(question.language, USUAL)
        asked = marks_of(question.text, question.language)
        order = np.argsort(-scores)
        for place in order:
            score = float(scores[place])
            if score < thresholds.candidate:
                return None
            own = known.own.get((known.entries[place], question.language))
            if own is None:
                continue
            difference = _difference(
                asked, own, known.vectors[own.rows.start : own.rows.stop] @ question.vector
            )
            if difference is None or difference.added:
                ahead = score - _next_best(scores, order, place)
                sure = difference is None and score >= thresholds.sure and ahead >= thresholds.margin
                return _match(own.text, score, sure=sure)
        return None

    async def _up_to_date(self) -> _Known:
        version = await self._store.version()
        if self._known is not None and self._known.version == version:
            return self._known
        async with self._loading:
            if self._known is None or self._known.version != version:
                texts = await self._texts()
                # Reading the marks of a thousand wordings takes a quarter of a second.
                self._known = await asyncio.to_thread(_ready, version, texts, self._embedder.dimensions)
            return self._known

    async def _texts(self) -> list[tuple[CuratedText, NDArray[np.float32]]]:
        embedder = self._embedder
        found = await self._store.texts_with_vectors(
            status=CuratedStatus.APPROVED, embedder=embedder.name, dimensions=embedder.dimensions
        )
        stale = [text for text, vectors in found if vectors is None]
        if not stale:
            return [(text, vectors) for text, vectors in found if vectors is not None]
        anew = await embed_texts(embedder, stale)
        await self._store.put_vectors(stale, anew, embedder=embedder.name)
        made = dict(zip(((text.entry, text.language) for text in stale), anew, strict=True))
        return [
            (text, made[text.entry, text.language] if vectors is None else vectors) for text, vectors in found
        ]


def _ready(version: int, texts: Sequence[tuple[CuratedText, NDArray[np.float32]]], dimensions: int) -> _Known:
    entries = tuple(dict.fromkeys(text.entry for text, _ in texts))
    places = {entry: place for place, entry in enumerate(entries)}
    own: dict[tuple[EntryId, str], _Own] = {}
    of_row: list[int] = []
    for text, _ in texts:
        wordings = (text.question, *text.wordings)
        rows = range(len(of_row), len(of_row) + len(wordings))
        of_row.extend([places[text.entry]] * len(wordings))
        marks = tuple(marks_of(wording, text.language) for wording in wordings)
        own[text.entry, text.language] = _Own(text, rows, marks)
    # The last vector of a text is its answer's.
    vectors = [made[:-1] for _, made in texts] or [np.empty((0, dimensions), np.float32)]
    return _Known(
        version, entries, np.concatenate(vectors), np.array(of_row, np.int64), MappingProxyType(own)
    )


def _by_entry(known: _Known, vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the score of each entry: that of its nearest wording, in whatever language."""
    scores = np.full(len(known.entries), -1.0, np.float32)
    np.maximum.at(scores, known.of_row, known.vectors @ vector)
    return scores


def _next_best(scores: NDArray[np.float32], order: NDArray[np.int64], place: int) -> float:
    """Return the best score of any other entry."""
    return float(next((scores[other] for other in order if other != place), -1.0))


def _difference(asked: Marks, own: _Own, scores: NDArray[np.float32]) -> Difference | None:
    """Compare with the wordings that lie nearest; what is opposed to all that an entry says is opposed to it."""
    if turns_round(asked.concepts, frozenset[str]().union(*(marks.concepts for marks in own.marks))):
        return Difference("opposite")
    order = np.argsort(-scores)
    near = [index for index in order if scores[index] >= scores[order[0]] - _AS_NEAR]
    differences = [compare(asked, own.marks[index]) for index in near]
    if None in differences:
        return None
    return next((difference for difference in differences if difference and difference.added), differences[0])


def _match(text: CuratedText, score: float, *, sure: bool) -> CuratedMatch:
    citation = Citation(document=f"curated:{text.entry}", title=text.question)
    return CuratedMatch(text.entry, text.topic, text.language, text.answer, score, sure, citation)
