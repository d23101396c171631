"""Metrics in Prometheus' form: one registry a process, given to whoever counts."""

from collections.abc import Iterator

import psutil
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

# Seconds. A curated answer takes milliseconds, a written one seconds; each half of the scale has its steps.
SECONDS_BUCKETS = (
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.2,
    0.4,
    0.7,
    1.0,
    1.5,
    2.0,
    3.0,
    5.0,
    8.0,
    15.0,
    30.0,
    60.0,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST


class _Process(Collector):
    """This process's memory and processor time, on every platform (the client's own collector knows Linux only)."""

    def __init__(self) -> None:
        self._process = psutil.Process()

    def collect(self) -> Iterator[Metric]:
        with self._process.oneshot():
            memory = self._process.memory_info().rss
            times = self._process.cpu_times()
            threads = self._process.num_threads()
        yield GaugeMetricFamily("dragoman_process_memory_bytes", "Resident memory of this process.", memory)
        yield CounterMetricFamily(
            "dragoman_process_cpu_seconds", "Processor time used.", times.user + times.system
        )
        yield GaugeMetricFamily("dragoman_process_threads", "Threads of this process.", threads)


def new_registry() -> CollectorRegistry:
    """Return a registry that already tells this process's memory, processor time and threads."""
    registry = CollectorRegistry()
    registry.register(_Process())
    return registry


def exposition(registry: CollectorRegistry) -> bytes:
    """Return what `GET /metrics` answers, in the text format `CONTENT_TYPE` names."""
    return generate_latest(registry)
