"""A whole run of the bench: one scenario after the other, each opened, measured in turns, and closed."""

import asyncio
import signal
import zlib
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol, TypeVar

import httpx

from dragoman.bench.base import Case, Given, Scenario, Turn
from dragoman.bench.turns import Measured, take_turns, turns_of
from dragoman.nouns.errors import DragomanError

Came = TypeVar("Came")


class Told(Protocol):
    """Whoever is told how far the bench is."""

    def opening(self, scenario: Scenario) -> None:
        """A scenario is being started."""
        ...

    def opened(self, scenario: Scenario, turns: int) -> None:
        """It runs, and has so many turns before it."""
        ...

    def turn(self, case: Case, side: str, turn: Turn) -> None:
        """A turn begins."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one scenario.

    Attributes:
        facts: what each side is.
        failed: why it could not be measured to its end, or None. What was measured before stands in `measured`.
    """

    scenario: Scenario
    measured: Sequence[Measured]
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    seconds: float = 0.0
    failed: str | None = None


async def measure(scenarios: Sequence[Scenario], given: Given, told: Told) -> Sequence[Done]:
    """Measure scenarios one after the other. One that fails does not keep the others from being measured."""
    return [await _measure(one, given, told) for one in scenarios]


async def ended_by_a_signal(work: Awaitable[Came]) -> Came:
    """Do some work that SIGTERM cancels, as Ctrl-C does, so that what was started ends too and is not left behind."""
    task = asyncio.current_task()
    assert task is not None, "in a loop"
    # Only the main thread of a program hears signals.
    with suppress(ValueError, RuntimeError, NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


async def _measure(scenario: Scenario, given: Given, told: Told) -> Done:
    began = monotonic()
    measured: list[Measured] = []
    facts: Mapping[str, Mapping[str, str]] = {}
    failed: str | None = None
    told.opening(scenario)
    try:
        async with scenario.open(given) as stage:
            facts = stage.facts
            told.opened(scenario, sum(turns_of(case, given.runs) for case in stage.cases))
            for case in stage.cases:
                measured.append(await _case(scenario, case, given, told))  # noqa: PERF401 - kept when a later one fails
    except (DragomanError, httpx.HTTPError) as error:
        failed = str(error) or type(error).__name__
    return Done(scenario, measured, facts, monotonic() - began, failed)


async def _case(scenario: Scenario, case: Case, given: Given, told: Told) -> Measured:
    # No other case gets the same prompts, and the same seed brings the same ones again.
    salt = zlib.crc32(f"{given.seed} {scenario.name} {case.name}".encode())
    return await take_turns(case, runs=given.runs, quick=given.quick, salt=salt, told=told.turn)
