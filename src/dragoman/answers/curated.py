"""The rung of approved answers: given word for word where the question means the same, not where it is merely near."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dragoman.answers.base import Asked, Question
from dragoman.answers.curated_index import Index, Own, build
from dragoman.answers.same_question.compare import Difference, compare, turns_round
from dragoman.answers.same_question.marks import Marks, marks_of
from dragoman.embeddings.base import Embedder
from dragoman.knowledge.background import background_of
from dragoman.knowledge.concept_words import telling
from dragoman.knowledge.curated import embed_texts
from dragoman.languages.folding import normalised
from dragoman.nouns.curated import CuratedMatch, CuratedStatus, CuratedText
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
    """How near an entry has to be, and how far ahead of the next one.

    Attributes:
        sure: from this strength on the answer is given at once: its score, how far it is ahead of the next one, and
            `concepts` times how much more likely what the question speaks of makes it, at most `_MOST_EVIDENCE`, less
            `beyond` for each thing that the question speaks of and the entry does not.
        candidate: from this score on, and so far ahead, it may be given where something else speaks for it, and what
            the question speaks of does not make another entry more likely, by more than `candidate_evidence`.
        few, fewer, few_ahead: the same where the entry has fewer than `_MANY` wordings to vote with. It must speak of
            all that the question speaks of, and be ahead by `few_ahead`; score and lead must come to `few` and, divided
            by the number of wordings, `fewer`.
        plain, plain_candidate: the same as cosines, where the mean of a language is not known: too few wordings, and an
            embedder that Dragoman does not bring along.
    """

    sure: float = 0.50
    concepts: float = 0.05
    beyond: float = 0.08
    candidate: float = 0.25
    candidate_ahead: float = 0.02
    candidate_evidence: float = 0.0
    few: float = 0.25
    fewer: float = 0.25
    few_ahead: float = 0.05
    plain: float = 0.97
    plain_candidate: float = 0.90


# Wordings of an entry, in all languages; ten of them vote.
_MANY = 10
_MOST_EVIDENCE = 4.0
# One of the nearest wordings may speak of something by a slip of the tables.
_SOME_VOTERS = 2
# Wordings of an entry that are so little farther than its nearest one are as near.
_AS_NEAR = 0.03


@dataclass(frozen=True, slots=True)
class _Standing:
    """How near the best entry is, how far ahead of the next, and whether these are `Index.scores` of the centred kind."""

    score: float
    ahead: float
    centred: bool


class CuratedAnswers:
    """Finds the approved answer to a question, in the customer's language only.

    Wordings of all languages vote on the meaning (`curated_index`); what tells the same from the near
    (`same_question`) is read in the customer's language, in which every match has a question of its own. The
    vectors stay in memory; when the knowledge has changed, the database is asked whether they still hold.

    Args:
        store: where the entries are.
        embedder: the one that makes `Question.vector`; used for texts whose vectors another one made.
        thresholds: how near is near.
    """

    def __init__(
        self, store: CuratedStore, embedder: Embedder, *, thresholds: Thresholds | None = None
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._thresholds = thresholds or Thresholds()
        self._index: Index | None = None
        self._known: int | None = None
        self._loading = asyncio.Lock()

    async def prepare(self) -> None:
        """Make ready what the first question would wait for.

        Raises:
            StorageUnavailableError: the database cannot be reached.
        """
        await self._up_to_date(None)

    async def word_for_word(self, asked: Asked, version: int) -> CuratedMatch | None:
        """Return the entry that has the question as it stands, but for large letters and signs, or None.

        Args:
            asked: the customer's question.
            version: that of the knowledge now, which every change of an approved answer counts up too.

        Raises:
            StorageUnavailableError: the database cannot be reached.
        """
        index = await self._up_to_date(version)
        own = index.by_words.get((asked.language, normalised(asked.text, asked.language)))
        return None if own is None else _match(own.text, 1.0, sure=True)

    async def find(self, question: Question, version: int) -> CuratedMatch | None:
        """Return the best match by meaning, or None. Some milliseconds.

        What is nearest of all decides: where that entry asks something else after all, or has no answer in the
        language, no farther one is taken in its place.

        Args:
            question: the customer's.
            version: as for `word_for_word`.

        Raises:
            StorageUnavailableError: the database cannot be reached.
        """
        index = await self._up_to_date(version)
        if not index.entries:
            return None
        scores, centred = index.scores(question.vector, question.language)
        best = int(np.argmax(scores))
        own = index.own.get((index.entries[best], question.language))
        if own is None:
            return None
        score = float(scores[best])
        ahead = score - float(np.max(np.delete(scores, best), initial=0.0))
        asked = marks_of(question.text, question.language)
        voters = index.voters(best, question.vector, question.language)
        difference = _difference(question, asked, own, index, voters)
        if difference is not None and not difference.added:
            return None
        sure = self._sure(_Standing(score, ahead, centred), asked, own, index)
        if sure is None:
            return None
        return _match(own.text, score, sure=sure and (difference is None or _covers(own, difference)))

    def _sure(self, standing: _Standing, asked: Marks, own: Own, index: Index) -> bool | None:
        """Return True for a sure match, False for a candidate, None for none."""
        limits, score, ahead = self._thresholds, standing.score, standing.ahead
        if not standing.centred:
            return None if score < limits.plain_candidate else score >= limits.plain
        entry, speaks = own.text.entry, 0.0
        if (wordings := index.evidence.wordings[entry]) < _MANY:
            sure = self._sure_of_few(standing, asked, own, wordings)
        elif (beyond := index.evidence.beyond(entry, asked.spoken)) & telling():
            return None
        else:
            speaks = index.evidence.ahead(entry, asked.spoken, index.entries)
            speaks = min(max(speaks, -_MOST_EVIDENCE), _MOST_EVIDENCE)
            strength = score + ahead + limits.concepts * speaks - limits.beyond * len(beyond)
            sure = strength >= limits.sure
        if sure:
            return True
        near = score >= limits.candidate and ahead >= limits.candidate_ahead
        return False if near and speaks >= limits.candidate_evidence else None

    def _sure_of_few(self, standing: _Standing, asked: Marks, own: Own, wordings: int) -> bool:
        """Tell whether a match is sure where an entry has few wordings, in all languages.

        "What does delivery cost?" lies near "How long does delivery take?": with a wording or two, only what both speak
        of can tell them apart. On the demonstration shop with one wording an entry and in one language, 13 of 245
        questions were answered so, with four 68, with seven 89, and none of 394 wrongly.
        """
        limits = self._thresholds
        strength = standing.score + standing.ahead
        return (
            standing.ahead >= limits.few_ahead
            and strength >= limits.few + limits.fewer / wordings
            and asked.spoken <= own.spoken()
        )

    async def _up_to_date(self, known: int | None) -> Index:
        """Return the index as of a version of the knowledge; None: as of now."""
        if self._index is not None and known is not None and known == self._known:
            return self._index
        index = await self._of_version(await self._store.version())
        self._known = known
        return index

    async def _of_version(self, version: int) -> Index:
        if self._index is not None and self._index.version == version:
            return self._index
        async with self._loading:
            if self._index is None or self._index.version != version:
                texts = await self._texts()
                usual = background_of(self._embedder.name).questions
                self._index = await asyncio.to_thread(build, version, texts, usual, self._index)
            return self._index

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


def _difference(
    question: Question, asked: Marks, own: Own, index: Index, voters: Sequence[Marks]
) -> Difference | None:
    """Compare with the wordings that lie nearest; what is opposed to all that an entry says is opposed to it.

    What the entry speaks of in any wording is nothing new beside one, nor what some of the wordings that lie nearest
    speak of in other languages: hours are asked for by opening and by closing.
    """
    voting = Counter(concept for marks in voters for concept in marks.concepts)
    whole = frozenset(concept for concept in asked.concepts if voting[concept] >= _SOME_VOTERS)
    whole = whole.union(*(marks.concepts for marks in own.marks))
    if turns_round(asked.concepts, whole):
        return Difference("opposite")
    scores = index.raw[own.rows.start : own.rows.stop] @ question.vector
    order: list[int] = np.argsort(-scores).tolist()
    near = [place for place in order if scores[place] >= scores[order[0]] - _AS_NEAR]
    known = [own.marks[place] for place in near]
    spoken = asked.concepts & whole
    differences = [compare(asked, replace(one, concepts=one.concepts | spoken)) for one in known]
    if None in differences:
        return None
    return next((difference for difference in differences if difference and difference.added), differences[0])


def _covers(own: Own, difference: Difference) -> bool:
    """Tell whether an answer holds for what the question names beyond it: a city, where the answer goes by countries."""
    return own.by_country and difference.added and difference.reason == "names"


def _match(text: CuratedText, score: float, *, sure: bool) -> CuratedMatch:
    citation = Citation(document=f"curated:{text.entry}", title=text.question)
    return CuratedMatch(text.entry, text.topic, text.language, text.answer, score, sure, citation)
