"""Customers who come when they come, and what came back to them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from dragoman.bench.day_questions import Customer
from dragoman.bench.load import open_loop
from dragoman.bench.statistics import percentile
from dragoman.evaluation.checks import Heard

PATIENCE_SECONDS = 60.0
"""So long a customer waits for a reply; who has got none has waited so long for its first word."""
LATE_SECONDS = 0.1
RUNGS = ("curated", "cache", "quoted", "generated", "declined", "small_talk")

Say = Callable[[str], Awaitable[Heard]]
"""Says something in a conversation and returns what comes back."""
Begin = Callable[[], Say]
"""Begins a conversation."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came back to some customers.

    Attributes:
        heard: one for each message.
        late: by how many seconds each customer came late, since the bench itself was busy.
        seconds: from the first customer to the last word.
    """

    heard: Sequence[Heard]
    late: Sequence[float]
    seconds: float


async def come(begin: Begin, coming: Sequence[Customer], moments: Sequence[float]) -> Came:
    """Have customers come at given moments, whether or not the earlier ones are answered.

    Where the bench was late, what it lost counts as waiting: on one machine, it is late since the desk is busy.
    """
    heard: list[Heard] = []
    late: list[float] = []
    began = perf_counter()

    async def one(number: int) -> None:
        behind = perf_counter() - began - moments[number]
        late.append(behind)
        await _serve(begin(), coming[number], heard, behind)

    await open_loop(moments, one)
    return Came(heard, late, perf_counter() - began)


async def one_by_one(begin: Begin, coming: Sequence[Customer]) -> Came:
    """Have each customer come when the one before has gone, and ask without a pause."""
    heard: list[Heard] = []
    began = perf_counter()
    for customer in coming:
        await _serve(begin(), Customer(customer.messages, 0.0), heard, 0.0)
    return Came(heard, (), perf_counter() - began)


async def _serve(say: Say, customer: Customer, heard: list[Heard], behind: float) -> None:
    first, *others = customer.messages
    heard.append(_since(behind, await patiently(say, first.text)))
    for message in others:
        await asyncio.sleep(customer.pause)
        heard.append(await patiently(say, message.text))


def _since(behind: float, heard: Heard) -> Heard:
    """Return what came back with its times since the customer was to come, not since it came too late."""
    first = heard.first_token_seconds
    return replace(
        heard,
        seconds=heard.seconds + behind,
        first_token_seconds=None if first is None else first + behind,
    )


async def patiently(say: Say, text: str) -> Heard:
    """Say something, and give up after `PATIENCE_SECONDS`."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await say(text)
    except TimeoutError:
        return Heard("", None, seconds=PATIENCE_SECONDS, error="no_reply_in_time")


def first_words(heard: Sequence[Heard]) -> list[float]:
    """Return how long each message waited for the first word of its reply, in seconds; failures count as patience."""
    return [
        PATIENCE_SECONDS
        if one.error is not None or one.first_token_seconds is None
        else one.first_token_seconds
        for one in heard
    ]


def first_p95(heard: Sequence[Heard]) -> float:
    """Return what 19 of 20 do not exceed; of nobody it is 0."""
    return percentile(first_words(heard), 0.95) or 0.0


def errors(heard: Sequence[Heard]) -> int:
    """Return how many got no whole reply."""
    return sum(one.error is not None for one in heard)


def shares(heard: Sequence[Heard]) -> dict[str, float]:
    """Return how many of the replies each rung gave, in percent, by the names of `RUNGS`."""
    counted = Counter(_rung(one) for one in heard if one.error is None)
    return {rung: 100 * counted[rung] / max(1, counted.total()) for rung in RUNGS}


def _rung(heard: Heard) -> str:
    small_talk = (heard.reason or "").startswith("small_talk")
    return "small_talk" if small_talk else heard.source or "none"


def notes(came: Came, when: str) -> list[str]:
    """Return what a reader must know: what failed, by kind, and whether the bench could keep up with its own plan."""
    failed = Counter(one.error for one in came.heard if one.error is not None)
    late = [one for one in came.late if one > LATE_SECONDS]
    found = [f"{when}: {count} messages got no reply: {kind}" for kind, count in failed.items()]
    if late:
        found.append(
            f"{when}: the bench itself was late for {len(late)} of {len(came.late)} customers, "
            f"by at most {max(late):.1f} s"
        )
    return found
