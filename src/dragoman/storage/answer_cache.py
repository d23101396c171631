"""Remembered answers in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dragoman.storage.curated import packed, unpacked
from dragoman.storage.pool import Database, Row
from dragoman.storage.queries import load
from dragoman.storage.text import json_text, storable

_SQL = load("answer_cache.sql")
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it is kept: the question by hash, meaning and marks, the answer as plain JSON.

    Attributes:
        id: grows in the order in which answers were stored.
        language: the code of the language of question and answer.
        scope: who may see it.
        text_hash: SHA-256 of the normalised question.
        vector: the question's meaning, (dimensions,).
        marks: what tells it from questions that are merely near.
        answer: what was answered.
    """

    id: int
    language: str
    scope: str
    text_hash: bytes
    vector: NDArray[np.float32]
    marks: Mapping[str, Any]
    answer: Mapping[str, Any]


class PostgresAnswerCache:
    """The answers that all desks remember. Calls raise `StorageUnavailableError` when the database cannot be reached.

    Args:
        database: opened, its schema up to date.
        embedder: the name of what makes the vectors; those of another are not found.
        dimensions: how many numbers a vector has.
        most: how many answers are kept; of more, the oldest go.
    """

    def __init__(self, database: Database, *, embedder: str, dimensions: int, most: int = 20_000) -> None:
        self._database = database
        self._embedder = embedder
        self._dimensions = dimensions
        self.most = most

    async def newer(self, version: int, *, after: int) -> Sequence[KeptAnswer]:
        """Return answers written from this version of the knowledge with an id above `after`, some thousand at most."""
        values = {"version": version, "after": after, "embedder": self._embedder, "limit": _PAGE}
        return [self._kept(row) for row in await self._rows("newer", values)]

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
        """Keep an answer; False where its question has one already, or the knowledge has changed meanwhile."""
        values = {
            "version": version,
            "language": language,
            "scope": storable(scope),
            "text_hash": text_hash,
            "vector": packed(vector),
            "embedder": self._embedder,
            "marks": json_text(marks),
            "answer": json_text(answer),
        }
        return bool(await self._rows("put", values))

    async def trim(self) -> int:
        """Drop what was written from other versions of the knowledge, and the oldest above `most`; return how many."""
        return len(await self._rows("trim", {"most": self.most}))

    async def _rows(self, name: str, values: Mapping[str, Any]) -> list[Row]:
        return await self._database.rows(_SQL[name], values)

    def _kept(self, row: Row) -> KeptAnswer:
        return KeptAnswer(
            id=row["id"],
            language=row["language"],
            scope=row["scope"],
            text_hash=bytes(row["text_hash"]),
            vector=unpacked(row["vector"], self._dimensions)[0],
            marks=row["marks"],
            answer=row["answer"],
        )
