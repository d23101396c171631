"""The rung of remembered answers: what was checked once is given again to the same question, from the same knowledge.

What is remembered of a customer: a question is kept as the SHA-256 of its normalised text, its vector, and its marks
(concepts of the table of opposites, negation, figures, names as hashes), never as words, so that erasing a
conversation leaves nothing of it to be read here. A vector can be guessed at, as a hash can, by whoever already knows
what to look for; that is why questions that speak of somebody in particular are not remembered at all: those with an
address, a link, a long number or a code. The answer holds only what the knowledge base says. And an entry lives no
longer than the version of the knowledge that it was written from.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import regex
from numpy.typing import NDArray

from dragoman.answers.base import Answer, Asked, Question
from dragoman.answers.same_question.compare import compare
from dragoman.answers.same_question.figures import figures_of
from dragoman.answers.same_question.marks import Marks, as_record, marks_of, of_record, without_words
from dragoman.languages.folding import normalised
from dragoman.languages.scripts import to_ascii_digits
from dragoman.nouns.message import Source
from dragoman.nouns.records import citation_of, citation_record
from dragoman.storage.answer_cache import KeptAnswer
from dragoman.storage.text import digest

STORED = frozenset({Source.GENERATED, Source.QUOTED})
"""The rungs whose answers are remembered: checked against passages, and not a person's to withdraw."""
THRESHOLD = 0.95
"""From this cosine on, a question may mean what a remembered one means; see `docs/decisions/0011-cache.md`."""
AGREEMENT = 0.04
"""All remembered questions that are so little farther than the nearest one must have been answered alike."""
_TRIM_EVERY = 100
_MOST_CHARS = 400
_PERSONAL = regex.compile(
    r"\S@\S|https?:|www\.|(?=[\p{L}\d-]*\d)(?=[\p{L}\d-]*\p{Latin})[\p{L}\d]+-?[\p{L}\d]{2,}|(?:\d[ ()/.-]?){6,}"
)


class CacheStore(Protocol):
    """What the rung asks of storage; see `dragoman.storage.answer_cache.PostgresAnswerCache`."""

    most: int

    async def newer(self, version: int, *, after: int) -> Sequence[KeptAnswer]:
        """Return answers of this version above an id."""
        ...

    async def put(
        self,
        *,
        version: int,
        language: str,
        scope: str,
        text_hash: bytes,
        vector: NDArray[np.float32],
        marks: Mapping[str, Any],
        answer: Mapping[str, Any],
    ) -> bool:
        """Keep an answer."""
        ...

    async def trim(self) -> int:
        """Drop what is out of date or too much."""
        ...


def may_be_remembered(question: Asked) -> bool:
    """Tell whether a question stands for itself and speaks of nobody in particular.

    Only first questions do: what a later one means may hang on what was said before, and no list of pronouns in 29
    languages would be sure to notice. Very long ones tell a story of their own.
    """
    if question.history or len(question.text) > _MOST_CHARS:
        return False
    return _PERSONAL.search(to_ascii_digits(question.text)) is None


class AnswerCache:
    """Remembers checked answers: all of them in the database, those of the present knowledge in memory too.

    Each question asks the database for what other desks have stored since, one short query; the rest happens in memory.

    Args:
        store: where they are kept.
        threshold: from this cosine on, a question may be the same as a remembered one.
    """

    def __init__(
        self,
        store: CacheStore,
        *,
        threshold: float = THRESHOLD,
    ) -> None:
        self._store = store
        self._threshold = threshold
        self._front = _Front(0)
        self._stored = 0

    async def word_for_word(self, asked: Asked, version: int, *, scope: str = "") -> Answer | None:
        """Return the answer to the question in the same words, with the citations and the model it was written with.

        Args:
            asked: the customer's question.
            version: that of the knowledge now.
            scope: what the asker has access to; answers of another scope are not found.

        Raises:
            StorageUnavailableError: the database cannot be reached.
        """
        shelf = await self._shelf(asked, version, scope, anew=True)
        return None if shelf is None else shelf.by_hash.get(_hash(asked))

    async def find(self, question: Question, version: int, *, scope: str = "") -> Answer | None:
        """Return the answer to the same question in other words, or None; arguments and errors as above.

        Where it was looked for by its words just before, the database is not asked again.
        """
        shelf = await self._shelf(question, version, scope, anew=self._front.version != version)
        return None if shelf is None else shelf.nearest(question, self._threshold)

    async def store(self, question: Question, answer: Answer, version: int, *, scope: str = "") -> bool:
        """Remember an answer; False where it is not one to be remembered, or already is.

        Args:
            question: what it answers.
            answer: checked; only those of a rung in `STORED` are kept.
            version: that of the knowledge when the passages were searched.
            scope: who may see it.

        Raises:
            StorageUnavailableError: the database cannot be reached.
        """
        if answer.source not in STORED or not answer.citations or not may_be_remembered(question):
            return False
        kept = await self._store.put(
            version=version,
            language=question.language,
            scope=scope,
            text_hash=_hash(question),
            vector=question.vector,
            marks=as_record(without_words(marks_of(question.text, question.language))),
            answer=_answer_record(answer),
        )
        self._stored += kept
        if kept and self._stored % _TRIM_EVERY == 1:
            await self._store.trim()
        return kept

    async def _shelf(self, asked: Asked, version: int, scope: str, *, anew: bool) -> "_Shelf | None":
        if not may_be_remembered(asked):
            return None
        if anew:
            await self._catch_up(version)
        return self._front.shelves.get((asked.language, scope))

    async def _catch_up(self, version: int) -> None:
        front = self._front
        if front.version != version:
            self._front = front = _Front(version)
        while rows := await self._store.newer(version, after=front.seen):
            front.add(rows, most=self._store.most)


class _Front:
    """What is remembered of one version of the knowledge, in memory."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.seen = 0
        self.shelves: dict[tuple[str, str], _Shelf] = {}

    def add(self, rows: Sequence[KeptAnswer], *, most: int) -> None:
        """Take rows in, in the order of their ids; each shelf holds `most` at most."""
        for row in rows:
            if row.id > self.seen:
                self.seen = row.id
                self.shelves.setdefault((row.language, row.scope), _Shelf(most)).add(row)


class _Shelf:
    """The answers of one language and scope. The vectors grow by doubling, and the oldest make room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.by_hash: dict[bytes, Answer] = {}
        self._vectors = np.empty((0, 0), np.float32)
        self._kept: list[tuple[Marks, Answer]] = []

    def add(self, row: KeptAnswer) -> None:
        count = len(self._kept)
        if count == len(self._vectors):
            grown = np.empty((max(64, 2 * count), row.vector.shape[0]), np.float32)
            if count:
                grown[:count] = self._vectors
            self._vectors = grown
        answer = _answer_of(row.answer)
        self._vectors[count] = row.vector
        self._kept.append((of_record(row.marks), answer))
        self.by_hash[row.text_hash] = answer
        if len(self._kept) > self._most:
            self._forget_half()

    def nearest(self, question: Question, threshold: float) -> Answer | None:
        """Return the answer whose question lies nearest, from the threshold on, and differs in nothing else.

        Where questions as near as that were answered otherwise, nobody can say which of them this one is: None.
        """
        scores = self._vectors[: len(self._kept)] @ question.vector
        near = np.flatnonzero(scores >= max(threshold, float(scores.max())) - AGREEMENT)
        if not len(near) or scores.max() < threshold:
            return None
        if len({_said(self._kept[place][1]) for place in near.tolist()}) > 1:
            return None
        asked = without_words(marks_of(question.text, question.language))
        places: list[int] = near[np.argsort(-scores[near])].tolist()
        same = (
            answer
            for place in places
            if scores[place] >= threshold
            for marks, answer in [self._kept[place]]
            if compare(asked, marks) is None
        )
        return next(same, None)

    def _forget_half(self) -> None:
        half = len(self._kept) // 2
        self._vectors = self._vectors[half : len(self._kept)].copy()
        self._kept = self._kept[half:]
        kept = {id(answer) for _, answer in self._kept}
        self.by_hash = {key: answer for key, answer in self.by_hash.items() if id(answer) in kept}


def _said(answer: Answer) -> tuple[object, ...]:
    """Return what two answers have in common that say the same: what they stand on, and their figures."""
    return answer.citations, figures_of(answer.text)


def _hash(question: Asked) -> bytes:
    hashed = digest(normalised(question.text, question.language))
    assert hashed is not None  # only that of None is None
    return hashed


def _answer_record(answer: Answer) -> Mapping[str, Any]:
    return {
        "text": answer.text,
        "model": answer.model,
        "from": answer.source.value,
        "citations": [citation_record(one) for one in answer.citations],
    }


def _answer_of(record: Mapping[str, Any]) -> Answer:
    citations = tuple(citation_of(one) for one in record["citations"])
    return Answer(
        record["text"], Source.CACHE, citations, model=record["model"], reason=f"same_as_{record['from']}"
    )
