"""Metrics in Prometheus' form: one registry a process, given to whoever counts."""

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from dragoman.watching.gpus import Gpus
from dragoman.watching.machine import Machine, Process

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
# Seconds from one word to the next: from a graphics card's to those of a busy small machine.
WORD_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0, 5.0)

CONTENT_TYPE = CONTENT_TYPE_LATEST


def new_registry() -> CollectorRegistry:
    """Return a registry that already tells of this process, the machine, and its graphics cards where there are any."""
    registry = CollectorRegistry()
    for collector in (Process(), Machine(), Gpus()):
        registry.register(collector)
    return registry


def exposition(registry: CollectorRegistry) -> bytes:
    """Return what `GET /metrics` answers, in the text format `CONTENT_TYPE` names.

    Blocks for some milliseconds, since it asks the system: to be called off the event loop.
    """
    return generate_latest(registry)
