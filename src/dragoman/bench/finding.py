"""Searching a store: how long a search takes beside the embedding, and how many of the nearest passages it finds."""

from collections.abc import Sequence
from time import perf_counter

from dragoman.bench.base import Measuring, Outcome, Turn
from dragoman.bench.made_up import EMBEDDER, Asked, MadeUp
from dragoman.bench.statistics import percentile
from dragoman.bench.stores import Store
from dragoman.knowledge.background import background_of
from dragoman.knowledge.search import Search
from dragoman.storage.search import Meaning, PassageIndex

_QUESTIONS, _QUICK_QUESTIONS = 300, 20
# Of these it is looked up, passage by passage, which ones really are the nearest.
_COMPARED, _QUICK_COMPARED = 20, 2
_NEAREST = 10


def searching(store: Store) -> Measuring:
    """Return what measures one search after the other, and how many of the nearest passages they find."""
    index = PassageIndex(store.database, embedder=EMBEDDER)
    search = Search(index)

    async def measure(turn: Turn) -> Outcome:
        made_up = MadeUp(turn.seed)
        seconds = [
            await timed(search, one) for one in made_up.questions(_QUICK_QUESTIONS if turn.quick else _QUESTIONS)
        ]  # fmt: skip
        memory = store.server.memory_bytes()
        compared = made_up.questions(_QUICK_COMPARED if turn.quick else _COMPARED)
        return Outcome(
            {
                "search_p50": percentile(seconds, 0.5) or 0.0,
                "search_p95": percentile(seconds, 0.95) or 0.0,
                "nearest_found": 100 * await nearest_found(index, compared),
                **({"memory": float(memory)} if memory else {}),
            }
        )

    return measure


async def timed(search: Search, asked: Asked) -> float:
    """Return the seconds of one search."""
    began = perf_counter()
    await search.find(asked.text, asked.vector, language=asked.language)
    return perf_counter() - began


async def nearest_found(index: PassageIndex, asked: Sequence[Asked]) -> float:
    """Return the share of the passages nearest in meaning, ten of each language, that are found as nearest.

    Raises:
        StorageUnavailableError: the database cannot be reached.
    """
    background = background_of(index.embedder)
    counts = (await index.counts([])).languages
    # Where a language has few passages, every one is looked at.
    few = dict.fromkeys(counts, 0)
    right = wanted = 0
    for one in asked:
        meaning = Meaning(one.language, own=one.vector, other=background.abroad(one.vector, one.language))
        nearest = set(await index.by_meaning(meaning, few, most=_NEAREST))
        right += len(nearest.intersection(await index.by_meaning(meaning, counts, most=_NEAREST)))
        wanted += len(nearest)
    return right / wanted
