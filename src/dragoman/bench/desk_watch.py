"""Where a desk's time goes: processor time by process, and the time of each step down the ladder."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from dragoman.bench.subject import Subject
from dragoman.evaluation.throwaway import Running

_STEP = "dragoman_rung_seconds"
STEPS: Mapping[str, str] = {
    "words": "step_words",
    "meaning": "step_meaning",
    "curated": "step_curated",
    "cache": "step_cache",
    "search": "step_search",
}
"""The steps of the ladder by the desk's names for them, and what the bench calls their mean time."""


@dataclass(frozen=True, slots=True)
class Look:
    """Sums at one moment: seconds of processor time by process, and seconds and counts of the steps."""

    processor: Mapping[str, float]
    steps: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at what serves.

    Args:
        client: asks the desk for its metrics.
        subjects: the processes; the bench itself, which asks the questions, is looked at too.
    """

    client: httpx.AsyncClient
    subjects: Sequence[Subject]

    async def look(self) -> Look:
        """Return the sums until now."""
        processor = {one.name: one.processor_seconds() or 0.0 for one in self.subjects}
        told = (await self.client.get("/metrics")).raise_for_status().text
        return Look({**processor, "load": time.process_time()}, steps_of(told))


def processes(running: Running) -> Sequence[Subject]:
    """Return the processes of a whole Dragoman that the bench has started, but for its engine."""
    named = (("desk", running.desk), ("database", running.database))
    return [Subject(name, "", [child.pid]) for name, child in named if child is not None and child.pid]


def between(before: Look, after: Look, answers: int) -> dict[str, float]:
    """Return the processor time of each process for one answer, and the mean time of each step, in seconds."""
    found: dict[str, float] = {}
    for name, value in after.processor.items():
        found[f"processor_{name}"] = (value - before.processor.get(name, 0.0)) / max(1, answers)
    for step, name in STEPS.items():
        seconds, count = after.steps.get(step, (0.0, 0.0))
        earlier, counted = before.steps.get(step, (0.0, 0.0))
        if count > counted:
            found[name] = (seconds - earlier) / (count - counted)
    return found


def steps_of(metrics: str) -> Mapping[str, tuple[float, float]]:
    """Return seconds and count of each step, out of a desk's metrics."""
    sums: dict[str, float] = {}
    counts: dict[str, float] = {}
    for family in text_string_to_metric_families(metrics):
        if family.name != _STEP:
            continue
        for sample in family.samples:
            if sample.name == f"{_STEP}_sum":
                sums[sample.labels["step"]] = sample.value
            elif sample.name == f"{_STEP}_count":
                counts[sample.labels["step"]] = sample.value
    return {step: (sums[step], counts[step]) for step in sums}
