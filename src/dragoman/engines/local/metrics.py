"""What the engine counts."""

from collections.abc import Callable, Iterator

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dragoman.engines.local.waiting import Line
from dragoman.watching.metrics import SECONDS_BUCKETS, WORD_BUCKETS, new_registry


class EngineMetrics:
    """The counters of one engine.

    Args:
        line: asked for who waits.
        kv_cache_use: asked for the share of the attention cache in use.
        kv_cache_bytes: asked for its size.
    """

    def __init__(
        self, line: Line, kv_cache_use: Callable[[], float], kv_cache_bytes: Callable[[], float]
    ) -> None:
        self.registry: CollectorRegistry = new_registry()
        self.requests = Counter(
            "dragoman_engine_requests",
            "Requests answered, by endpoint and HTTP status (499: the client went away).",
            ["endpoint", "status"],
            registry=self.registry,
        )
        self.seconds = self._histogram(
            "request_seconds", "Whole time of a request.", SECONDS_BUCKETS, ["endpoint"]
        )
        self.first_token_seconds = self._histogram(
            "first_token_seconds",
            "From a request's arrival to its first token, waiting included.",
            SECONDS_BUCKETS,
        )
        self.token_seconds = self._histogram(
            "output_token_seconds", "Mean time for each further token of a request.", WORD_BUCKETS
        )
        self.next_piece_seconds = self._histogram(
            "next_piece_seconds", "From one piece of a text to the next, each by itself.", WORD_BUCKETS
        )
        self.prompt_tokens = self._counter("prompt_tokens", "Tokens of prompts.")
        self.completion_tokens = self._counter("completion_tokens", "Tokens generated.")
        self._gauge("running", "Generations under way.", lambda: line.running)
        self._gauge("waiting", "Generations that wait for a place.", lambda: line.waiting)
        self._gauge("places", "Generations that can be under way at once.", lambda: line.places)
        self._gauge("kv_cache_use_ratio", "Share of the attention cache in use, 0 to 1.", kv_cache_use)
        self._gauge(
            "kv_cache_bytes", "Memory of the attention cache; 0 where it is not known.", kv_cache_bytes
        )
        self._model = Info(
            "dragoman_engine_model", "The model that answers, once loaded.", registry=self.registry
        )
        self.registry.register(_Memory())

    def loaded(self, *, model: str, quantization: str, backend: str) -> None:
        """Tell which model answers."""
        self._model.info({"model": model, "quantization": quantization, "backend": backend})

    def _counter(self, name: str, help: str) -> Counter:
        return Counter(f"dragoman_engine_{name}", help, registry=self.registry)

    def _histogram(
        self, name: str, help: str, buckets: tuple[float, ...], labels: list[str] | None = None
    ) -> Histogram:
        return Histogram(
            f"dragoman_engine_{name}", help, labels or [], buckets=buckets, registry=self.registry
        )

    def _gauge(self, name: str, help: str, value: Callable[[], float]) -> None:
        Gauge(f"dragoman_engine_{name}", help, registry=self.registry).set_function(value)


class _Memory(Collector):
    """The memory of this process and of the one that holds the model."""

    def collect(self) -> Iterator[Metric]:
        own = psutil.Process()
        total = 0
        for process in (own, *own.children(recursive=True)):
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue
        yield GaugeMetricFamily(
            "dragoman_engine_memory_bytes", "Resident memory of the engine, model included.", total
        )
