"""Scenario 7, long: one conversation of 200 messages, and half an hour of the day. It takes 35 minutes.

Is the end as quick as the beginning, does everything get a reply, and does memory stay where it is?
"""

import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dragoman.bench import ours
from dragoman.bench.base import Aim, Case, Given, Measuring, Outcome, Point, Stage, Turn
from dragoman.bench.day_customers import Say, come, errors, first_p95, notes, patiently
from dragoman.bench.day_desk import DayDesk, day_desk
from dragoman.bench.day_questions import Day, customers
from dragoman.bench.day_steps import FIRST_WORD_SECONDS, again, figures
from dragoman.bench.desk_watch import between
from dragoman.bench.moments import in_bursts
from dragoman.bench.soak_memory import growth, weighing
from dragoman.evaluation.checks import Heard

_MEMORY_BYTES = 3e9
# The later messages may take a little longer: p95 of 50 is the third slowest of them, and swings.
_MOST_SLOWER = 1.5
_MOST_GROWTH = 1.05
_SPARE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is asked.

    Attributes:
        turns: messages of the long conversation.
        compared: how many at its beginning are said again at its end.
        minutes: how long the day goes on.
        rate: customers a minute then.
        weigh_seconds: how often memory is looked at.
    """

    turns: int
    compared: int
    minutes: float
    rate: float
    weigh_seconds: float


_WHOLE = Extent(turns=200, compared=50, minutes=30, rate=60, weigh_seconds=60)
_QUICK = Extent(turns=8, compared=2, minutes=0.1, rate=60, weigh_seconds=0.5)


class Soak:
    """See `Scenario`."""

    name = "soak"
    title = "Long conversations and long days"
    aims: Sequence[Aim] = (
        Aim("conversation", "errors", ours.NAME, at_most=0),
        Aim("conversation", "first_slower", ours.NAME, at_most=_MOST_SLOWER),
        Aim("day", "errors", ours.NAME, at_most=0),
        Aim("day", "first_p95", ours.NAME, at_most=FIRST_WORD_SECONDS),
        Aim("day", "memory", ours.NAME, at_most=_MEMORY_BYTES),
        Aim("day", "memory_growth", ours.NAME, at_most=_MOST_GROWTH),
        Aim("day", "memory_growth_desk", ours.NAME, at_most=_MOST_GROWTH),
    )

    @asynccontextmanager
    async def open(self, given: Given) -> AsyncGenerator[Stage]:
        """See `Scenario.open`."""
        extent = _QUICK if given.quick else _WHOLE
        if not given.quick:
            given.listener.say(self.name, f"takes {extent.minutes:.0f} minutes and a few more")
        async with day_desk(given) as desk:
            facts = {ours.NAME: {"model": desk.running.model or "unknown"}}
            yield Stage([_conversation(desk, extent), _day(desk, extent)], facts)


def _conversation(desk: DayDesk, extent: Extent) -> Case:
    return _case("conversation", f"one conversation of {extent.turns} messages", in_one(desk, extent), 900.0)


def _day(desk: DayDesk, extent: Extent) -> Case:
    title = f"{extent.minutes:g} minutes of the day, {extent.rate:.0f} customers a minute"
    return _case("day", title, going_on(desk, extent), 60 * extent.minutes + _SPARE_SECONDS)


def _case(name: str, title: str, measuring: Measuring, limit_seconds: float) -> Case:
    return Case(name, title, {ours.NAME: measuring}, most_runs=1, warm_up=False, limit_seconds=limit_seconds)


def in_one(desk: DayDesk, extent: Extent) -> Measuring:
    """Return what measures one long conversation in one language.

    Its last messages are its first ones, in the same order, so that only what lies before them differs: the desk
    remembers no answer from the middle of a conversation.
    """

    async def measure(turn: Turn) -> Outcome:
        await desk.morning()
        draw = random.Random(turn.seed)
        day = Day(desk.intents, draw)
        language = day.message().intent.language
        said = [day.message(language).text for _ in range(extent.turns - extent.compared)]
        heard = await converse(desk.begin(), [*said, *said[: extent.compared]])
        return Outcome(slower(heard, extent.compared), _firsts(heard), [f"in the language {language}"])

    return measure


async def converse(say: Say, messages: Sequence[str]) -> Sequence[Heard]:
    """Say one message after the other, each when the reply to the one before has come."""
    return [await patiently(say, message) for message in messages]


def slower(heard: Sequence[Heard], compared: int) -> dict[str, float]:
    """Return the first words at the beginning and at the end, and the second by the first."""
    early, late = first_p95(heard[:compared]), first_p95(heard[-compared:])
    found = {"first_early_p95": early, "first_late_p95": late, "errors": float(errors(heard))}
    return {**found, "first_slower": late / early} if early else found


def _firsts(heard: Sequence[Heard]) -> Mapping[str, Sequence[Point]]:
    return {
        "first_by_turn": [
            (float(number), one.first_token_seconds)
            for number, one in enumerate(heard, 1)
            if one.first_token_seconds is not None
        ]
    }


def going_on(desk: DayDesk, extent: Extent) -> Measuring:
    """Return what measures a day at a fixed rate: what customers meet, and what the processes weigh meanwhile."""

    async def measure(turn: Turn) -> Outcome:
        await desk.morning()
        seconds = 60 * extent.minutes
        draw = random.Random(turn.seed)
        coming = customers(desk.intents, round(extent.rate * extent.minutes), draw)
        before = await desk.watch.look()
        scales = [desk.whole.memory_bytes, desk.whole.own_bytes, desk.alone.own_bytes]
        async with weighing(scales, every=extent.weigh_seconds) as points:
            came = await come(desk.begin, coming, in_bursts(extent.rate / 60, seconds, draw))
        spent = between(before, await desk.watch.look(), len(came.heard))
        whole, own, alone = points
        return Outcome(
            {**figures(came), "again": again(coming), **spent, **weights(whole, own, alone)},
            {
                "memory_by_minute": _megabytes(whole),
                "memory_own_by_minute": _megabytes(own),
                "memory_desk_by_minute": _megabytes(alone),
            },
            notes(came, "in the day"),
        )

    return measure


def weights(whole: Sequence[Point], own: Sequence[Point], alone: Sequence[Point]) -> dict[str, float]:
    """Return the most that all processes weighed, and how their own memory and that of the desk alone grew.

    The desk by itself, since an engine that gives memory back would hide that the desk leaks.
    """
    found = {"memory_growth": growth(own), "memory_growth_desk": growth(alone)}
    return {
        **({"memory": max(memory for _, memory in whole)} if whole else {}),
        **{name: value for name, value in found.items() if value is not None},
    }


def _megabytes(points: Sequence[Point]) -> Sequence[Point]:
    return [(minute, memory / 1e6) for minute, memory in points]
