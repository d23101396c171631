"""Approved answers in PostgreSQL."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dragoman.nouns.curated import CuratedStatus, CuratedText, EntryId
from dragoman.storage.pool import Database, Row
from dragoman.storage.queries import load
from dragoman.storage.text import storable

_SQL = load("curated.sql")
_KEPT_AS = np.dtype("<f2")

Vectors = NDArray[np.float32]


def packed(vectors: NDArray[np.float32]) -> bytes:
    """Return vectors as they are stored: float16 loses less of a cosine (0.0005) than any threshold can notice."""
    return vectors.astype(_KEPT_AS).tobytes()


def unpacked(data: bytes, dimensions: int) -> NDArray[np.float32]:
    """Return stored vectors, (count, dimensions)."""
    return np.frombuffer(data, dtype=_KEPT_AS).astype(np.float32).reshape(-1, dimensions)


class PostgresCurated:
    """Entries and their texts. All calls raise `StorageUnavailableError` when the database cannot be reached.

    Args:
        database: opened, its schema up to date.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def version(self) -> int:
        """Return a number that grows with every change of any text, by whichever desk."""
        return (await self._rows("curated_version", {}))[0]["version"]

    async def texts(
        self,
        *,
        entries: Sequence[str] | None = None,
        languages: Sequence[str] | None = None,
        status: CuratedStatus | None = None,
    ) -> list[CuratedText]:
        """Return texts, in the order in which their entries came; None stands for any."""
        return [_text(row) for row in await self._texts(entries, languages, status, with_vectors=False)]

    async def texts_with_vectors(
        self, *, status: CuratedStatus, embedder: str, dimensions: int
    ) -> list[tuple[CuratedText, Vectors | None]]:
        """Return texts with the vectors of question and wordings, in this order; None where another embedder made them."""
        rows = await self._texts(None, None, status, with_vectors=True)
        return [
            (_text(row), unpacked(row["vectors"], dimensions) if row["embedder"] == embedder else None)
            for row in rows
        ]

    async def put(self, texts: Sequence[CuratedText], vectors: Sequence[Vectors], *, embedder: str) -> None:
        """Store texts, each replacing the one of its entry and language; all of them or none.

        Args:
            texts: no entry twice in a language. The topic of an entry's first text becomes that of the entry.
            vectors: for each text those of its question and its wordings.
            embedder: the name of what made them.
        """
        if not texts:
            return
        values = {
            "entries": [storable(text.entry) for text in texts],
            "topics": [storable(text.topic) for text in texts],
            "languages": [text.language for text in texts],
            "questions": [storable(text.question) for text in texts],
            "wordings": [storable(json.dumps(text.wordings, ensure_ascii=False)) for text in texts],
            "answers": [storable(text.answer) for text in texts],
            "statuses": [text.status.value for text in texts],
            "reviewers": [storable(text.reviewer) if text.reviewer else None for text in texts],
            "vectors": [packed(one) for one in vectors],
            "embedder": embedder,
        }
        await self._rows("put", values)

    async def put_vectors(
        self, texts: Sequence[CuratedText], vectors: Sequence[Vectors], *, embedder: str
    ) -> None:
        """Store new vectors of texts that stay as they are, which is no change of knowledge."""
        values = {
            "entries": [text.entry for text in texts],
            "languages": [text.language for text in texts],
            "vectors": [packed(one) for one in vectors],
            "embedder": embedder,
        }
        await self._rows("put_vectors", values)

    async def remove(self, entries: Sequence[EntryId], *, language: str | None = None) -> int:
        """Remove entries, or what they say in one language; return how many texts went."""
        values = {"entries": [storable(entry) for entry in entries], "language": language}
        return (await self._rows("remove", values))[0]["removed"]

    async def _texts(
        self,
        entries: Sequence[str] | None,
        languages: Sequence[str] | None,
        status: CuratedStatus | None,
        *,
        with_vectors: bool,
    ) -> list[Row]:
        values = {
            "entries": None if entries is None else [storable(entry) for entry in entries],
            "languages": None if languages is None else list(languages),
            "status": status.value if status else None,
            "with_vectors": with_vectors,
        }
        return await self._rows("texts", values)

    async def _rows(self, name: str, values: Mapping[str, Any]) -> list[Row]:
        return await self._database.rows(_SQL[name], values)


def _text(row: Row) -> CuratedText:
    return CuratedText(
        entry=EntryId(row["entry"]),
        topic=row["topic"],
        language=row["language"],
        question=row["question"],
        wordings=tuple(row["wordings"]),
        answer=row["answer"],
        status=CuratedStatus(row["status"]),
        reviewer=row["reviewer"],
        updated_at=row["updated_at"],
    )
