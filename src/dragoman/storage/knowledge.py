"""The owner's knowledge in PostgreSQL: sources, documents, passages, names of topics, and the version of it all."""

import hashlib
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from dragoman.nouns.documents import Document, KnowledgeState, NewDocument, NewPassage, Source
from dragoman.nouns.knowledge import DocumentId, Passage
from dragoman.storage.passages import passage_of
from dragoman.storage.pool import Database, Row, Transaction
from dragoman.storage.queries import load
from dragoman.storage.search import literal
from dragoman.storage.text import storable

CHANNEL = b"dragoman_knowledge"
"""Where every desk is told the new version once it has changed."""

_SQL = load("knowledge.sql")
# Passages stored by one statement, which must end within the pool's time limit also on a slow disk.
_BATCH = 500
_LOOK_SECONDS = 10.0

Vectors = NDArray[np.float32]


def source_id(location: str) -> str:
    """Return the name of what is at a location, always the same: `src_` and 24 hexadecimal digits."""
    return "src_" + hashlib.sha256(location.encode(errors="surrogatepass")).hexdigest()[:24]


def document_id(location: str, part: str) -> DocumentId:
    """Return the name of a part of what is at a location, always the same: `doc_` and 24 hexadecimal digits."""
    whole = f"{location}\0{part}".encode(errors="surrogatepass")
    return DocumentId("doc_" + hashlib.sha256(whole).hexdigest()[:24])


class PostgresKnowledge:
    """Documents and their passages. All calls raise `StorageUnavailableError` when the database cannot be reached.

    Args:
        database: opened, its schema up to date.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def version(self) -> int:
        """Return the number that grows with every change of documents, approved answers and names of topics."""
        return (await self._rows("version", {}))[0]["version"]

    async def versions(self) -> AsyncGenerator[int]:
        """Yield the version now, and again after each change by whichever desk, until closed.

        Raises:
            StorageUnavailableError: the connection is lost; begin again.
        """
        last = -1
        async for _ in self._database.notified(CHANNEL, every=_LOOK_SECONDS):
            if (version := await self.version()) != last:
                last = version
                yield version

    async def state(self) -> KnowledgeState:
        """Return the version, and how much there is by language."""
        row = (await self._rows("state", {}))[0]
        return KnowledgeState(row["version"], row["changed_at"], row["documents"], row["passages"])

    async def sources(
        self, *, locations: Sequence[str] | None = None, found_in: str | None = None
    ) -> list[Source]:
        """Return sources, by location; None stands for any."""
        values = {"locations": None if locations is None else _storable(locations), "found_in": found_in}
        return [_source(row) for row in await self._rows("sources", values)]

    async def holders(self, hashes: Sequence[str]) -> dict[str, tuple[DocumentId, str]]:
        """Return which document says already what a content hash stands for, with the name of its source."""
        rows = await self._rows("holders", {"hashes": list(hashes)})
        return {row["content_hash"]: (DocumentId(row["id"]), row["source"]) for row in rows}

    async def documents_of(self, location: str) -> list[DocumentId]:
        """Return the documents read at a location."""
        rows = await self._rows("ids_of_source", {"source": source_id(location)})
        return [DocumentId(row["id"]) for row in rows]

    async def put(
        self,
        source: Source,
        documents: Sequence[NewDocument],
        vectors: Mapping[DocumentId, Vectors],
        *,
        embedded_by: str,
    ) -> bool:
        """Store what was read at a source in the place of what was read there before; True when that changed anything.

        Args:
            source: what it is now.
            documents: all that it gives. Those that are there already in the same words stay as they are.
            vectors: the vectors of each document that is new or changed, (passages, dimensions).
            embedded_by: the name of what made them.

        Raises:
            DuplicateRowError: somebody else has stored one of them meanwhile; look again and repeat.
        """
        values = _source_values(source)
        kept = {
            "source": values["id"],
            "ids": [document.id for document in documents],
            "hashes": [document.content_hash for document in documents],
        }
        new = [document for document in documents if document.id in vectors]
        async with self._writing() as transaction:
            await transaction.rows(_SQL["put_source"], values)
            gone = await transaction.rows(_SQL["drop_outdated"], kept)
            moved = [
                row
                for document in documents
                if document.id not in vectors
                for row in await transaction.rows(_SQL["move_document"], _place(document))
            ]
            if not gone and not new and not moved:
                return False
            version: int = (await transaction.rows(_SQL["changed"], {}))[0]["version"]
            for document in new:
                await _store(
                    transaction,
                    document,
                    vectors[document.id],
                    values["id"],
                    version,
                    embedded_by=embedded_by,
                )
        return True

    async def checked(self, location: str, *, found_in: str | None = None) -> None:
        """Note that a source was looked at and is still the same."""
        await self._rows("checked", {"id": source_id(location), "found_in": found_in})

    async def remove_sources(self, locations: Sequence[str]) -> int:
        """Remove sources with all that was read there, and every remembered answer; return how many were there."""
        ids = [source_id(location) for location in locations]
        return len(await self._remove("remove_sources", {"ids": ids}))

    async def remove_document(self, document: str) -> bool:
        """Remove a document, its passages and every remembered answer; False when there was none."""
        return bool(await self._remove("remove_document", {"id": storable(document)}))

    async def documents(
        self, *, language: str | None = None, after: str | None = None, limit: int = 1000
    ) -> list[Document]:
        """Return documents, by id, from the one after `after` on."""
        return await self._documents(None, language, after, limit)

    async def document(self, document: str) -> Document | None:
        """Return a document, or None."""
        found = await self._documents([storable(document)], None, None, 1)
        return found[0] if found else None

    async def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return those of these passages that are still there, by document and place."""
        return [passage_of(row) for row in await self._rows("passages", {"ids": list(ids), "document": None})]

    async def passages_of(self, document: str) -> list[Passage]:
        """Return the passages of a document, in order."""
        return [
            passage_of(row)
            for row in await self._rows("passages", {"ids": None, "document": storable(document)})
        ]

    async def out_of_date(
        self, *, embedded_by: str | None = None, words_by: int | None = None, limit: int
    ) -> tuple[list[Passage], int]:
        """Return passages whose vectors another embedder made, or whose words another way of writing them, and how many.

        What is not given is not looked at.
        """
        values = {"embedded_by": embedded_by, "words_by": words_by, "limit": limit}
        rows = await self._rows("out_of_date", values)
        return [passage_of(row) for row in rows], rows[0]["remaining"] if rows else 0

    async def put_vectors(self, ids: Sequence[int], vectors: Vectors, *, embedded_by: str) -> None:
        """Store new vectors of passages that stay as they are, which is no change of knowledge."""
        values = {"ids": list(ids), "vectors": _literals(vectors), "embedded_by": embedded_by}
        await self._rows("put_vectors", values)

    async def put_words(self, words: Mapping[int, Sequence[str]], *, words_by: int) -> None:
        """Store new words of passages by id; the passages stay as they are, which is no change of knowledge."""
        values = {"ids": list(words), "words": list(map(_json, words.values())), "words_by": words_by}
        await self._rows("put_words", values)

    async def topics(self, language: str) -> dict[str, str]:
        """Return every topic that something is known about, with its name in a language, else its own."""
        return {row["topic"]: row["label"] for row in await self._rows("topics", {"language": language})}

    async def set_topic_labels(self, labels: Mapping[tuple[str, str], str]) -> None:
        """Store names of topics, by topic and language code; those that are not given stay."""
        values = {
            "topics": [storable(topic) for topic, _ in labels],
            "languages": [language for _, language in labels],
            "labels": [storable(label) for label in labels.values()],
        }
        async with self._writing() as transaction:
            if await transaction.rows(_SQL["put_topic_labels"], values):
                await transaction.rows(_SQL["changed"], {})

    @asynccontextmanager
    async def _writing(self) -> AsyncGenerator[Transaction]:
        """Be the one who writes: the version's row is locked first by all, so that no two wait for each other."""
        async with self._database.transaction() as transaction:
            await transaction.rows(_SQL["patient"], {})
            await transaction.rows(_SQL["lock"], {})
            yield transaction

    async def _remove(self, name: str, values: Mapping[str, Any]) -> list[Row]:
        async with self._writing() as transaction:
            removed = await transaction.rows(_SQL[name], values)
            if removed:
                await transaction.rows(_SQL["changed"], {})
                await transaction.rows(_SQL["drop_cached"], {})
        return removed

    async def _documents(
        self, ids: Sequence[str] | None, language: str | None, after: str | None, limit: int
    ) -> list[Document]:
        values = {"ids": ids, "language": language, "after": after, "limit": limit}
        return [_document(row) for row in await self._rows("documents", values)]

    async def _rows(self, name: str, values: Mapping[str, Any]) -> list[Row]:
        return await self._database.rows(_SQL[name], values)


async def _store(
    transaction: Transaction,
    document: NewDocument,
    vectors: Vectors,
    source: str,
    version: int,
    *,
    embedded_by: str,
) -> None:
    head = {
        **_place(document),
        "source": source,
        "title": storable(document.title),
        "topic": storable(document.topic),
        "language": document.language,
        "content_hash": document.content_hash,
    }
    await transaction.rows(_SQL["put_document"], head)
    for start in range(0, len(document.passages), _BATCH):
        batch = document.passages[start : start + _BATCH]
        values = {
            **_passage_values(batch, start, vectors[start : start + _BATCH]),
            "document": document.id,
            "version": version,
            "embedded_by": embedded_by,
        }
        await transaction.rows(_SQL["put_passages"], values)


def _place(document: NewDocument) -> dict[str, Any]:
    return {"id": document.id, "url": storable(document.url) if document.url else None}


def _passage_values(passages: Sequence[NewPassage], start: int, vectors: Vectors) -> dict[str, Any]:
    return {
        "places": list(range(start, start + len(passages))),
        "headings": [_json(passage.headings) for passage in passages],
        "languages": [passage.language for passage in passages],
        "texts": [storable(passage.text) for passage in passages],
        "vectors": _literals(vectors),
        "words": [_json(passage.words) for passage in passages],
        "words_by": [passage.words_by for passage in passages],
    }


def _json(texts: Sequence[str]) -> str:
    return json.dumps([storable(text) for text in texts], ensure_ascii=False)


def _literals(vectors: Vectors) -> list[str]:
    return [literal(cast(Vectors, vector)) for vector in vectors]


def _storable(texts: Sequence[str]) -> list[str]:
    return [storable(text) for text in texts]


def _source_values(source: Source) -> dict[str, Any]:
    return {
        "id": source_id(source.location),
        "kind": source.kind,
        "location": storable(source.location),
        "found_in": source.found_in,
        "digest": source.digest,
        "bytes": source.bytes,
        "media_type": source.media_type,
        "etag": storable(source.etag) if source.etag else None,
        "last_modified": storable(source.last_modified) if source.last_modified else None,
        "warnings": _storable(source.warnings),
    }


def _source(row: Row) -> Source:
    values: dict[str, Any] = {**row, "warnings": tuple(row["warnings"])}
    return Source(**values)


def _document(row: Row) -> Document:
    values: dict[str, Any] = {**row, "warnings": tuple(row["warnings"])}
    return Document(**values)
