"""What PostgreSQL finds: passages near in meaning, and passages that have a question's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dragoman.nouns.knowledge import DocumentId, Passage
from dragoman.storage.pool import Database, Row
from dragoman.storage.queries import load
from dragoman.storage.text import storable

_SQL = load("search.sql")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many passages there are by language, and how many have each word (those that no passage has are left out)."""

    languages: Mapping[str, int]
    words: Mapping[str, int]

    @property
    def passages(self) -> int:
        """How many there are in all."""
        return sum(self.languages.values())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may bear on a question.

    Attributes:
        passage: the passage.
        vector: its meaning, (dimensions,), length 1.
        meaning: cosine of its vector and the question's.
        words: those of the question's words that it has.
    """

    passage: Passage
    vector: NDArray[np.float32]
    meaning: float
    words: frozenset[str]


class PassageIndex:
    """The passages of a database, to be looked up. All calls raise `StorageUnavailableError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self, words: Sequence[str]) -> Counts:
        """Count passages by language, and by each of `words`."""
        rows = await self._database.rows(_SQL["counts"], {"words": _storable(words)})
        return Counts(languages=rows[0]["languages"], words=rows[0]["words"])

    async def by_words(self, weights: Mapping[str, float], *, most: int) -> Sequence[int]:
        """Return the ids of the passages whose words weigh most together, `most` of each language."""
        values = {"words": _storable(list(weights)), "weights": list(weights.values()), "most": most}
        return [row["id"] for row in await self._database.rows(_SQL["by_words"], values)]

    async def by_meaning(
        self, vector: NDArray[np.float32], *, languages: Sequence[str], most: int
    ) -> Sequence[int]:
        """Return the ids of the passages nearest in meaning, `most` of each of these languages. Looks at every one."""
        values = {"vector": literal(vector), "languages": list(languages), "most": most}
        return [row["id"] for row in await self._database.rows(_SQL["by_meaning"], values)]

    async def candidates(
        self, ids: Sequence[int], vector: NDArray[np.float32], words: Sequence[str]
    ) -> Sequence[Candidate]:
        """Return the passages of these ids beside a question of this meaning and these words, in no order."""
        values = {"ids": list(ids), "vector": literal(vector), "words": _storable(words)}
        return [_candidate(row) for row in await self._database.rows(_SQL["passages"], values)]


def literal(vector: NDArray[np.float32]) -> str:
    """Write a vector as pgvector reads it."""
    return "[" + ",".join(map(repr, vector.astype(float).round(7).tolist())) + "]"


def _storable(words: Sequence[str]) -> list[str]:
    return [storable(word) for word in words]


def _candidate(row: Row) -> Candidate:
    passage = Passage(
        id=row["id"],
        document=DocumentId(row["document"]),
        title=row["title"],
        headings=tuple(row["headings"]),
        language=row["language"],
        text=row["text"],
        place=row["place"],
        url=row["url"],
        version=row["version"],
    )
    return Candidate(
        passage=passage,
        vector=np.asarray(row["embedding"], np.float32),
        meaning=row["meaning"],
        words=frozenset(row["words"]),
    )
