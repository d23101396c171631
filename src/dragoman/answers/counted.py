"""The rungs, counted and timed: each is what it was, and tells how long it took and what came of it."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry, Counter, Histogram

from dragoman.answers.base import Answer, Asked, Question
from dragoman.answers.cache import AnswerCache, CacheStore, may_be_remembered
from dragoman.answers.curated import CuratedAnswers, CuratedStore
from dragoman.embeddings.base import Embedder
from dragoman.knowledge.search import Search
from dragoman.nouns.curated import CuratedMatch
from dragoman.nouns.knowledge import Found
from dragoman.storage.search import PassageIndex

# Seconds. What a turn does before anything is written takes milliseconds, and hundredths under load.
_STEP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_STEPS = ("words", "meaning", "curated", "cache", "search")


class RungMetrics:
    """What is counted on the way down the ladder. All labels come from lists in the code.

    Args:
        registry: where the metrics are told.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "dragoman_rung_seconds",
            "Time of one step down the ladder, whether or not it answered.",
            ["step"],
            buckets=_STEP_BUCKETS,
            registry=registry,
        )
        self._curated = Counter(
            "dragoman_curated_lookups_total",
            "Questions looked up among the approved answers.",
            ["outcome"],
            registry=registry,
        )
        self._cache = Counter(
            "dragoman_cache_lookups_total",
            "Questions looked up among the remembered answers.",
            ["outcome"],
            registry=registry,
        )
        self._stores = Counter(
            "dragoman_cache_stores_total", "Answers to be remembered.", ["outcome"], registry=registry
        )
        self._refused = Counter(
            "dragoman_sentences_refused_total",
            "Sentences of the model that no customer saw, by the check that refused them.",
            ["reason"],
            registry=registry,
        )
        # Told from the first moment, so that a rate over them begins at zero and not at one.
        for step in _STEPS:
            self._seconds.labels(step)
        for counter, outcomes in (
            (self._curated, ("sure", "near", "none")),
            (self._cache, ("hit", "miss", "not_asked")),
            (self._stores, ("kept", "not_kept")),
        ):
            for outcome in outcomes:
                counter.labels(outcome)

    @contextmanager
    def timed(self, step: str) -> Generator[None]:
        """Time a step; one that fails is timed too."""
        with self._seconds.labels(step).time():
            yield

    def looked_up_curated(self, match: CuratedMatch | None) -> None:
        """Count a look among the approved answers."""
        outcome = "none" if match is None else "sure" if match.sure else "near"
        self._curated.labels(outcome).inc()

    def looked_up_cache(self, outcome: str) -> None:
        """Count a look among the remembered answers: `hit`, `miss`, or `not_asked` for what is never remembered."""
        self._cache.labels(outcome).inc()

    def stored(self, kept: bool) -> None:
        """Count an answer that was to be remembered."""
        self._stores.labels("kept" if kept else "not_kept").inc()

    def refused(self, reason: str) -> None:
        """Count a sentence that was kept back, by what `Check` or the rendering calls the reason."""
        self._refused.labels(reason).inc()


class CountedEmbedder:
    """See `Embedder`; times the vectors of questions.

    Args:
        embedder: makes the vectors.
        metrics: what is counted.
    """

    def __init__(self, embedder: Embedder, metrics: RungMetrics) -> None:
        self._embedder = embedder
        self._metrics = metrics
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self.max_tokens = embedder.max_tokens

    async def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.queries`."""
        with self._metrics.timed("meaning"):
            return await self._embedder.queries(texts)

    async def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.passages`."""
        return await self._embedder.passages(texts)

    async def count_tokens(self, text: str) -> int:
        """See `Embedder.count_tokens`."""
        return await self._embedder.count_tokens(text)

    async def close(self) -> None:
        """See `Embedder.close`."""
        await self._embedder.close()


class CountedCurated(CuratedAnswers):
    """See `CuratedAnswers`; counts what is found."""

    def __init__(self, store: CuratedStore, embedder: Embedder, metrics: RungMetrics) -> None:
        super().__init__(store, embedder)
        self._metrics = metrics

    async def word_for_word(self, asked: Asked, version: int) -> CuratedMatch | None:
        """See `CuratedAnswers.word_for_word`."""
        with self._metrics.timed("words"):
            match = await super().word_for_word(asked, version)
        if match is not None:
            self._metrics.looked_up_curated(match)
        return match

    async def find(self, question: Question, version: int) -> CuratedMatch | None:
        """See `CuratedAnswers.find`."""
        with self._metrics.timed("curated"):
            match = await super().find(question, version)
        self._metrics.looked_up_curated(match)
        return match


class CountedCache(AnswerCache):
    """See `AnswerCache`; counts what is found and what is kept."""

    def __init__(self, store: CacheStore, metrics: RungMetrics) -> None:
        super().__init__(store)
        self._metrics = metrics

    async def word_for_word(self, asked: Asked, version: int, *, scope: str = "") -> Answer | None:
        """See `AnswerCache.word_for_word`."""
        with self._metrics.timed("words"):
            answer = await super().word_for_word(asked, version, scope=scope)
        if answer is not None:
            self._metrics.looked_up_cache("hit")
        return answer

    async def find(self, question: Question, version: int, *, scope: str = "") -> Answer | None:
        """See `AnswerCache.find`."""
        with self._metrics.timed("cache"):
            answer = await super().find(question, version, scope=scope)
        asked = "miss" if may_be_remembered(question) else "not_asked"
        self._metrics.looked_up_cache(asked if answer is None else "hit")
        return answer

    async def store(self, question: Question, answer: Answer, version: int, *, scope: str = "") -> bool:
        """See `AnswerCache.store`."""
        kept = await super().store(question, answer, version, scope=scope)
        self._metrics.stored(kept)
        return kept


class CountedSearch(Search):
    """See `Search`; times what is found."""

    def __init__(self, index: PassageIndex, metrics: RungMetrics) -> None:
        super().__init__(index)
        self._metrics = metrics

    async def find(
        self, text: str, vector: NDArray[np.float32], *, language: str, limit: int = 5
    ) -> Sequence[Found]:
        """See `Search.find`."""
        with self._metrics.timed("search"):
            return await super().find(text, vector, language=language, limit=limit)
