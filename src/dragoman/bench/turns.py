"""Sides measured in turns, A B A B, so that what changes on the machine meanwhile meets all of them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from dragoman.bench.base import WARM_UP, Case, Outcome, Turn
from dragoman.bench.machine import Load, idle_load
from dragoman.bench.measures import MEASURES, SERIES
from dragoman.nouns.errors import OperatorError

Told = Callable[[Case, str, Turn], None]
"""Told before each turn whose it is."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One turn that counted: what came of it, how long it took, and what the machine did before."""

    outcome: Outcome
    seconds: float
    load: Load


@dataclass(frozen=True, slots=True)
class Measured:
    """All turns of a case, by side."""

    case: Case
    taken: Mapping[str, Sequence[Taken]] = field(default_factory=dict[str, Sequence[Taken]])


def turns_of(case: Case, runs: int) -> int:
    """Return how many turns a case has in all, warm-ups included."""
    return len(case.sides) * (_runs(case, runs) + case.warm_up)


async def take_turns(case: Case, *, runs: int, quick: bool, salt: int, told: Told) -> Measured:
    """Measure a case.

    Args:
        salt: makes the seeds of this case its own.

    Raises:
        OperatorError: a turn took longer than `case.limit_seconds`, or gave a figure that has no name.
    """
    taken: dict[str, list[Taken]] = {side: [] for side in case.sides}
    for number in range(WARM_UP if case.warm_up else 0, _runs(case, runs)):
        turn = Turn(number, _seed(salt, number), quick)
        for side in case.sides:
            told(case, side, turn)
            one = await _turn(case, side, turn)
            if number != WARM_UP:
                taken[side].append(one)
    return Measured(case, taken)


async def _turn(case: Case, side: str, turn: Turn) -> Taken:
    load = await asyncio.to_thread(idle_load)
    began = monotonic()
    try:
        async with asyncio.timeout(case.limit_seconds):
            outcome = await case.sides[side](turn)
    except TimeoutError:
        raise OperatorError(
            f"{case.title}: a run of {side} took longer than {case.limit_seconds:.0f} s."
        ) from None
    nameless = [*(outcome.figures.keys() - MEASURES), *(outcome.series.keys() - SERIES)]
    if nameless:
        raise OperatorError(f"{case.name}: {nameless[0]} is not in dragoman.bench.measures.")
    return Taken(outcome, monotonic() - began, load)


def _runs(case: Case, runs: int) -> int:
    return min(runs, case.most_runs) if case.most_runs else runs


def _seed(salt: int, number: int) -> int:
    """Return a seed for a round: round -1 has one too, and neighbouring salts have none in common."""
    return salt * 1_000_003 + number + 1
