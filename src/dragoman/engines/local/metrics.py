"""What the engine counts."""

from collections.abc import Callable, Iterator

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dragoman.engines.local.waiting import Line
from dragoman.watching.metrics import SECONDS_BUCKETS, new_registry

# Seconds from one token to the next: from a graphics card's to those of a busy small machine.
_TOKEN_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0)


class EngineMetrics:
    """The counters of one engine. `kv_cache_use` is asked for the share of the attention cache in use."""

    def __init__(self, line: Line, kv_cache_use: Callable[[], float]) -> None:
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
            "output_token_seconds", "Mean time for each further token of a request.", _TOKEN_BUCKETS
        )
        self.prompt_tokens = self._counter("prompt_tokens", "Tokens of prompts.")
        self.completion_tokens = self._counter("completion_tokens", "Tokens generated.")
        self._gauge("running", "Generations under way.", lambda: line.running)
        self._gauge("waiting", "Generations that wait for a place.", lambda: line.waiting)
        self._gauge("kv_cache_use_ratio", "Share of the attention cache in use, 0 to 1.", kv_cache_use)
        self.registry.register(_Memory())

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
