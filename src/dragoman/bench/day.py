"""Scenario 4, a day at the desk: how many customers a minute, until one in twenty waits two seconds for a first word.

They come in bursts and in 29 languages, whether or not the earlier ones are answered; most ask what has been asked
before; some ask on, some want what nobody knows. Each rate is a day of its own, which begins with nothing remembered.
The same customers come to the plain design, which asks the same engine.
"""

import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from dragoman.bench import ours, plain
from dragoman.bench.base import Aim, Case, Given, Measuring, Outcome, Stage, Turn
from dragoman.bench.day_customers import Begin, Came, Say, first_p95, notes, one_by_one
from dragoman.bench.day_desk import DayDesk, day_desk
from dragoman.bench.day_questions import Intent, customers
from dragoman.bench.day_steps import FIRST_WORD_SECONDS, Extent, Steps, again, figures
from dragoman.bench.plain import Plain, plain_desk
from dragoman.bench.subject import Subject
from dragoman.evaluation.checks import Heard

_DESK = Extent(first=60, least=4, most=7680, seconds=25, customers=10)
_PLAIN = Extent(first=30, least=4, most=240, seconds=25, customers=16)
_QUICK_DESK = Extent(first=60, least=30, most=120, seconds=2, customers=3, finer=0)
_QUICK_PLAIN = Extent(first=60, least=30, most=60, seconds=2, customers=2, finer=0)
_ALONE, _QUICK_ALONE = 12, 2
# A step of 25 s and what it leaves behind, a minute at most, fourteen times.
_LIMIT_SECONDS = 1800.0
_MOST_RUNS = 3


class Day:
    """See `Scenario`."""

    name = "day"
    title = "A day at the desk"
    aims: Sequence[Aim] = (
        Aim("rising", "customers_a_minute", ours.NAME, against=plain.NAME, at_least=10),
        Aim("rising", "memory", ours.NAME, at_most=3e9),
    )

    @asynccontextmanager
    async def open(self, given: Given) -> AsyncGenerator[Stage]:
        """See `Scenario.open`."""
        async with AsyncExitStack() as stack:
            desk = await stack.enter_async_context(day_desk(given))
            usual = await stack.enter_async_context(plain_desk(given, desk.engine.url))
            asker = Plain(await stack.enter_async_context(plain.customers(usual.url)))
            both = Subject(plain.NAME, "", [*usual.pids, *desk.engine.pids])
            sides = {ours.NAME: of_desk(desk), plain.NAME: of_plain(asker, desk.intents, both)}
            title = f"customers a minute while the first word's p95 is at most {FIRST_WORD_SECONDS:.0f} s"
            case = Case(
                "rising", title, sides, [(ours.NAME, plain.NAME)], _MOST_RUNS, warm_up=False, limit_seconds=_LIMIT_SECONDS
            )  # fmt: skip
            model = {"model": desk.running.model or "unknown"}
            yield Stage([case], {ours.NAME: model, plain.NAME: {**model, **_PLAIN_FACTS}})


_PLAIN_FACTS: Mapping[str, str] = {"server": "Flask's own, langdetect, one request at a time"}


def of_desk(desk: DayDesk) -> Measuring:
    """Return what measures the desk."""

    async def measure(turn: Turn) -> Outcome:
        extent = _QUICK_DESK if turn.quick else _DESK
        steps = Steps(desk.begin, desk.morning, desk.intents, turn, extent, desk.watch)
        return weighed(await steps.climb(), desk.whole)

    return measure


def of_plain(asker: Plain, wanted: Sequence[Intent], both: Subject) -> Measuring:
    """Return what measures the plain design.

    It is asked by one customer after the other first. Where that is too slow already, no rate would be held, and what
    counts for it is how many customers it gets through, however long they would wait: more than it is owed.
    """

    async def ask(text: str) -> Heard:
        return await asker.ask(text, "")

    def begin() -> Say:
        return ask

    async def measure(turn: Turn) -> Outcome:
        alone = await _alone(begin, wanted, turn)
        if alone is not None:
            return weighed(alone, both)
        extent = _QUICK_PLAIN if turn.quick else _PLAIN
        return weighed(await Steps(begin, _nothing, wanted, turn, extent).climb(), both)

    return measure


async def _alone(begin: Begin, wanted: Sequence[Intent], turn: Turn) -> Outcome | None:
    """Return what comes of customers who never meet, or None where their first words come in time."""
    coming = customers(wanted, _QUICK_ALONE if turn.quick else _ALONE, random.Random(turn.seed))
    came = await one_by_one(begin, coming)
    if first_p95(came.heard) <= FIRST_WORD_SECONDS:
        return None
    rate = 60 * len(coming) / came.seconds
    return Outcome(
        {"customers_a_minute": rate, **figures(came), "again": again(coming)},
        {"first_p95_by_rate": [(rate, first_p95(came.heard))]},
        [*_too_slow(came), *notes(came, "one by one")],
    )


def _too_slow(came: Came) -> list[str]:
    return [
        f"no rate is held: of customers who come one by one, one in twenty waits {first_p95(came.heard):.1f} s; "
        "counted is how many of them it gets through"
    ]


def weighed(outcome: Outcome, subject: Subject) -> Outcome:
    """Add what the processes weigh now."""
    memory = subject.memory_bytes()
    found = {} if memory is None else {"memory": float(memory)}
    return Outcome({**outcome.figures, **found}, outcome.series, outcome.notes)


async def _nothing() -> None:
    return None
