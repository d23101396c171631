"""Customers of a desk at `POST /chat`, each message in a conversation of its own, and what their answers come to."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from time import perf_counter

import httpx

from dragoman.bench.load import open_loop
from dragoman.bench.statistics import percentile
from dragoman.evaluation.checks import Heard

_CONNECT_SECONDS = 5.0
_LIMIT_SECONDS = 120.0
# A client looks through all of its connections for each request: with hundreds in one, the bench would take more
# processor time than the desk.
_CLIENTS = 40

Ask = Callable[[str], Awaitable[Heard]]


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back, and how long all of it took in seconds."""

    heard: Sequence[Heard]
    seconds: float


@asynccontextmanager
async def chat_clients(url: str) -> AsyncGenerator[Sequence[httpx.AsyncClient]]:
    """Open HTTP clients that keep their connections, as programs before a desk do."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(_client(url)) for _ in range(_CLIENTS)]


def _client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url, timeout=httpx.Timeout(_LIMIT_SECONDS, connect=_CONNECT_SECONDS), trust_env=False
    )


def asking(clients: Sequence[httpx.AsyncClient]) -> Ask:
    """Return what asks one question and waits for the whole reply. It never raises for what the desk does."""
    turns = cycle(clients)

    async def ask(message: str) -> Heard:
        began = perf_counter()
        try:
            answered = await next(turns).post("/chat", json={"message": message})
            body = answered.raise_for_status().json()
            reply, source = str(body["reply"]), str(body["source"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return Heard("", None, seconds=perf_counter() - began, error=type(error).__name__)
        return Heard(reply, source, seconds=perf_counter() - began)

    return ask


async def one_by_one(ask: Ask, messages: Sequence[str]) -> Answers:
    """Ask one question after the other."""
    return await side_by_side(ask, messages, customers=1)


async def side_by_side(
    ask: Ask, messages: Sequence[str], *, customers: int, seconds: float | None = None
) -> Answers:
    """Have so many customers ask, each the next question as soon as the last is answered.

    Args:
        messages: asked in their order, until there is none left ...
        seconds: ... or so long has passed; what was asked until then is waited for.
    """
    began = perf_counter()
    waiting = iter(messages)
    heard: list[Heard] = []

    async def customer() -> None:
        for message in waiting:
            if seconds is not None and perf_counter() - began > seconds:
                return
            heard.append(await ask(message))

    await asyncio.gather(*(customer() for _ in range(customers)))
    return Answers(heard, perf_counter() - began)


async def at_moments(ask: Ask, moments: Sequence[float], messages: Sequence[str]) -> Answers:
    """Ask at given moments, whether or not the earlier questions are answered."""
    began = perf_counter()
    heard = await open_loop(moments, lambda number: ask(messages[number]))
    return Answers(heard, perf_counter() - began)


def times(answers: Answers) -> dict[str, float]:
    """Return how long whole answers took, and how many failed."""
    whole = [one.seconds for one in answers.heard if one.error is None]
    found = {"whole_p50": percentile(whole, 0.5), "whole_p95": percentile(whole, 0.95)}
    return {
        **{name: value for name, value in found.items() if value is not None},
        "errors": len(answers.heard) - len(whole),
    }


def share_of(answers: Answers, source: str) -> dict[str, float]:
    """Return which share of the answers came from a rung, in percent."""
    whole = [one for one in answers.heard if one.error is None]
    return {"meant": 100 * sum(one.source == source for one in whole) / len(whole)} if whole else {}


def failures(answers: Answers) -> list[str]:
    """Return what a reader must know: what failed, by kind."""
    kinds = Counter(one.error for one in answers.heard if one.error is not None)
    return [f"{count} questions failed: {kind}" for kind, count in kinds.items()]
