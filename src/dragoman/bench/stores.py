"""Stores of knowledge that are thrown away: a PostgreSQL of its own for each, filled with made-up passages."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import cycle, pairwise
from pathlib import Path
from time import perf_counter

from dragoman.bench.base import Measuring, Outcome, Point, Turn
from dragoman.bench.made_up import EMBEDDER, LANGUAGES, MadeUp
from dragoman.bench.subject import Subject
from dragoman.nouns.documents import NewDocument, NewPassage, Source
from dragoman.nouns.knowledge import DocumentId
from dragoman.storage.embedded import EmbeddedPostgres
from dragoman.storage.knowledge import PostgresKnowledge
from dragoman.storage.migrate import migrate
from dragoman.storage.pool import Database

A_DOCUMENT = 20
"""Passages of a document: a page of some length. They are stored together."""

# As a desk has: a search asks for two things at once.
_CONNECTIONS = 4
_LOOKS = 20

Told = Callable[[int, float], None]
"""Hears how many passages are stored, and in how many seconds the last `A_DOCUMENT` of them were."""


@dataclass(frozen=True, slots=True)
class Store:
    """A database with the schema in place, its URL, and the server that it alone has."""

    database: Database
    url: str
    server: Subject

    async def bytes_on_disk(self) -> int:
        """Return how much its tables and indexes take."""
        rows = await self.database.rows(b"SELECT pg_database_size(current_database()) AS bytes", {})
        return rows[0]["bytes"]


@asynccontextmanager
async def opened_store(name: str) -> AsyncGenerator[Store]:
    """Start a server with an empty database; leaving the context stops it and removes everything.

    Raises:
        OperatorError: it does not start.
    """
    with _open_folder() as folder:
        server = EmbeddedPostgres(folder)
        try:
            url = await asyncio.to_thread(server.start)
            await asyncio.to_thread(migrate, url)
            database = Database(url, connections=_CONNECTIONS)
            await database.open()
            try:
                yield Store(database, url, Subject(name, "", [server.pid] if server.pid else []))
            finally:
                await database.close()
        finally:
            await asyncio.to_thread(server.stop)


@contextmanager
def _open_folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="dragoman-store-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root, the server runs under another account
        yield folder


async def fill(database: Database, made_up: MadeUp, passages: int, told: Told) -> None:
    """Store at least so many made-up passages, in documents of `A_DOCUMENT`, one language after the other."""
    knowledge = PostgresKnowledge(database)
    for start, language in zip(range(0, passages, A_DOCUMENT), cycle(LANGUAGES), strict=False):
        vectors = made_up.vectors(A_DOCUMENT, language)
        document = _document(start, language, made_up.passages(A_DOCUMENT, language))
        source = Source("text", document.id, digest="", bytes=0, media_type="text/plain")
        began = perf_counter()
        await knowledge.put(source, [document], {document.id: vectors}, embedded_by=EMBEDDER)
        told(start + A_DOCUMENT, perf_counter() - began)


def _document(number: int, language: str, passages: list[NewPassage]) -> NewDocument:
    name = hashlib.sha256(str(number).encode()).hexdigest()
    return NewDocument(DocumentId(name), f"Page {number}", "", language, None, name, passages)


def storing(store: Store, passages: int, progress: Callable[[int], None]) -> Measuring:
    """Return what measures how fast made-up passages are stored; `progress` hears how many are."""

    async def measure(turn: Turn) -> Outcome:
        moments = [(0, 0.0)]

        def stored(done: int, seconds: float) -> None:
            moments.append((done, moments[-1][1] + seconds))
            progress(done)

        await fill(store.database, MadeUp(turn.seed), passages, stored)
        done, seconds = moments[-1]
        figures = {"passages": done / seconds, "disk": float(await store.bytes_on_disk())}
        return Outcome(figures, {"passages_by_stored": rates(moments)})

    return measure


def rates(moments: Sequence[tuple[int, float]]) -> Sequence[Point]:
    """Return passages a second between looks, some `_LOOKS` of them, at how many are stored after how many seconds."""
    looks = moments[:: max(1, len(moments) // _LOOKS)]
    return [(float(done), (done - before) / (now - then)) for (before, then), (done, now) in pairwise(looks)]
