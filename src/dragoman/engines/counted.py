"""An engine that counts what the desk asks of it: wraps any other, one or a pool of them."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from dragoman.engines.base import ChatMessage, Engine, EngineHealth, Piece, Sampling, Usage
from dragoman.nouns.errors import EngineError
from dragoman.watching.metrics import SECONDS_BUCKETS, WORD_BUCKETS


class ModelMetrics:
    """What the desk sees of its model, whichever engine it is behind.

    Args:
        registry: where the metrics are told.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls = Counter(
            "dragoman_model_calls_total",
            "Texts asked of the model, by how that ended.",
            ["outcome"],
            registry=registry,
        )
        self._first_word = Histogram(
            "dragoman_model_first_word_seconds",
            "From asking the model to its first piece of text.",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self._next_word = Histogram(
            "dragoman_model_next_word_seconds",
            "From one piece of the model's text to the next.",
            buckets=WORD_BUCKETS,
            registry=registry,
        )
        self._tokens = Counter(
            "dragoman_model_tokens_total", "Tokens the engine counted.", ["kind"], registry=registry
        )
        self.live = Gauge(
            "dragoman_model_calls_live", "Texts being asked of the model now.", registry=registry
        )
        for kind in ("prompt", "completion"):
            self._tokens.labels(kind)

    def ended(self, outcome: str) -> None:
        """Count a text: `whole`, `left` when nobody wanted the rest, or the code of what went wrong."""
        self._calls.labels(outcome).inc()

    def first_word(self, seconds: float) -> None:
        """Count the wait for a first piece."""
        self._first_word.observe(seconds)

    def next_word(self, seconds: float) -> None:
        """Count the wait for a further piece."""
        self._next_word.observe(seconds)

    def spent(self, usage: Usage) -> None:
        """Count the tokens of a text."""
        self._tokens.labels("prompt").inc(usage.prompt_tokens)
        self._tokens.labels("completion").inc(usage.completion_tokens)


class CountedEngine:
    """See `Engine`; counts and times every text that passes, and changes nothing of it.

    Args:
        engine: writes.
        metrics: what is counted.
    """

    def __init__(self, engine: Engine, metrics: ModelMetrics) -> None:
        self._engine = engine
        self._metrics = metrics

    @asynccontextmanager
    async def chat(
        self, messages: Sequence[ChatMessage], sampling: Sampling
    ) -> AsyncGenerator[AsyncIterator[Piece]]:
        """Open a reply; see `Engine.chat`."""
        asked = time.monotonic()
        outcome = "left"

        async def counted(pieces: AsyncIterator[Piece]) -> AsyncGenerator[Piece]:
            nonlocal outcome
            last: float | None = None
            async for piece in pieces:
                now = time.monotonic()
                if last is None:
                    self._metrics.first_word(now - asked)
                else:
                    self._metrics.next_word(now - last)
                last = now
                if piece.usage is not None:
                    self._metrics.spent(piece.usage)
                if piece.finish_reason is not None:
                    outcome = "whole"
                yield piece

        with self._metrics.live.track_inprogress():
            try:
                async with self._engine.chat(messages, sampling) as pieces:
                    yield counted(pieces)
            except EngineError as error:
                outcome = error.code
                raise
            finally:
                self._metrics.ended(outcome)

    async def health(self) -> EngineHealth:
        """See `Engine.health`."""
        return await self._engine.health()

    async def close(self) -> None:
        """See `Engine.close`."""
        await self._engine.close()
