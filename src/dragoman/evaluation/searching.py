"""The desk's own search on a run's knowledge, for measuring it and for other ways of the trade to be compared by."""

from collections.abc import Awaitable, Callable, Sequence

from dragoman.nouns.knowledge import Found
from dragoman.wiring.knowledge import OpenKnowledge

Find = Callable[[str, str], Awaitable[Sequence[Found]]]
"""Takes a question and the code of its language, and returns the five passages that fit best."""

LIMIT = 5


def search_of(opened: OpenKnowledge) -> Find:
    """Return the search of some knowledge."""

    async def find(text: str, language: str) -> Sequence[Found]:
        vectors = await opened.embedder.queries([text])
        return await opened.search.find(text, vectors[0], language=language, limit=LIMIT)

    return find


def place_of(entry: str, found: Sequence[Found]) -> int | None:
    """Return the rank, from 1, of the first passage that stands under the heading `entry`, or None."""
    for rank, one in enumerate(found, 1):
        if entry in one.passage.headings or entry == one.passage.title:
            return rank
    return None
