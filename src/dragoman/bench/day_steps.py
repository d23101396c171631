"""A day at rising rates: what is tried, and what all of it comes to."""

import math
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dragoman.bench.base import Outcome, Point, Turn
from dragoman.bench.day_customers import (
    RUNGS,
    Begin,
    Came,
    come,
    errors,
    first_p95,
    first_words,
    notes,
    shares,
)
from dragoman.bench.day_questions import Customer, Intent, customers
from dragoman.bench.desk_watch import Watch, between
from dragoman.bench.moments import in_bursts
from dragoman.bench.rising import highest
from dragoman.bench.statistics import percentile

FIRST_WORD_SECONDS = 2.0
"""The bound of the 95th percentile: nobody waits longer for a sign that somebody is there."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is tried.

    Attributes:
        first, least, most: customers a minute: of the first step, and the lowest and highest that are tried.
        seconds: the length of a step; of slow ones so much more that `customers` come.
    """

    first: float
    least: float
    most: float
    seconds: float
    customers: int
    finer: int = 2

    def of(self, rate: float) -> tuple[int, float]:
        """Return how many customers come in a step, and in how many seconds."""
        coming = max(self.customers, math.ceil(rate * self.seconds / 60))
        return coming, 60 * coming / rate


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one rate, in customers a minute."""

    rate: float
    came: Came
    again: float
    spent: Mapping[str, float]

    @property
    def held(self) -> bool:
        """Whether the first words came in time."""
        return first_p95(self.came.heard) <= FIRST_WORD_SECONDS


@dataclass(slots=True)
class Steps:
    """Tries rates one after the other.

    Args:
        begin: begins a conversation.
        morning: awaited before each step, so that each begins alike.
        watch: looks at the processes of what is measured, if they are of interest.
    """

    begin: Begin
    morning: Callable[[], Awaitable[None]]
    intents: Sequence[Intent]
    turn: Turn
    extent: Extent
    watch: Watch | None = None
    tried: list[Step] = field(default_factory=list[Step])

    async def climb(self) -> Outcome:
        """Find the highest rate that is held, and return what is to be said of it."""
        extent = self.extent
        best = await highest(
            self._holds, first=extent.first, least=extent.least, most=extent.most, finer=extent.finer
        )
        return outcome(self.tried, best, most=extent.most)

    async def _holds(self, rate: float) -> bool:
        await self.morning()
        coming, seconds = self.extent.of(rate)
        draw = random.Random(f"{self.turn.seed} {len(self.tried)}")
        drawn = customers(self.intents, coming, draw)
        before = await self.watch.look() if self.watch else None
        # The burst is a matter of seconds, the rate one of minutes.
        came = await come(self.begin, drawn, in_bursts(rate / 60, seconds, draw))
        spent = between(before, await self.watch.look(), len(came.heard)) if self.watch and before else {}
        step = Step(rate, came, again(drawn), spent)
        self.tried.append(step)
        return step.held


def again(coming: Sequence[Customer]) -> float:
    """Return which share of the messages had been said before, in percent."""
    said = [message.again for customer in coming for message in customer.messages]
    return 100 * sum(said) / max(1, len(said))


def outcome(tried: Sequence[Step], best: float | None, *, most: float) -> Outcome:
    """Return the highest rate and what customers met at it; where none was held, what they met at the lowest."""
    steps = sorted(tried, key=lambda step: step.rate)
    shown = next((step for step in steps if step.rate == best), steps[0])
    return Outcome(
        {"customers_a_minute": best or 0.0, **figures(shown.came), "again": shown.again, **shown.spent},
        series(steps),
        [
            *_bounds(best, steps, most),
            *(note for step in _decisive(steps, shown) for note in notes(step.came, _at(step))),
        ],
    )


def figures(came: Came) -> dict[str, float]:
    """Return what customers met."""
    return {
        "first_p50": percentile(first_words(came.heard), 0.5) or 0.0,
        "first_p95": first_p95(came.heard),
        "errors": errors(came.heard),
        **{f"rung_{rung}": share for rung, share in shares(came.heard).items()},
    }


def series(steps: Sequence[Step]) -> dict[str, Sequence[Point]]:
    """Return the curves over the rate: the first word, and the share of each rung."""
    by_rung = {
        f"rung_{rung}_by_rate": [(step.rate, shares(step.came.heard)[rung]) for step in steps]
        for rung in RUNGS
    }
    return {"first_p95_by_rate": [(step.rate, first_p95(step.came.heard)) for step in steps], **by_rung}


def _bounds(best: float | None, steps: Sequence[Step], most: float) -> list[str]:
    if best is None:
        return [f"no rate was held, not even {steps[0].rate:.3g} customers a minute"]
    if all(step.held for step in steps):
        return [f"all rates were held; none above {most:.0f} customers a minute is tried"]
    return []


def _decisive(steps: Sequence[Step], shown: Step) -> Sequence[Step]:
    """Return the step that is shown and the next faster one: whether the bench kept up matters there."""
    place = steps.index(shown)
    return steps[place : place + 2]


def _at(step: Step) -> str:
    return f"at {step.rate:.0f} a minute"
