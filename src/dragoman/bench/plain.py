"""Scenario 3, the plain design: the same customers at the usual tutorial stack (`plain_app.py`) and at the desk.

Other scenarios run the stack by `plain_desk` and ask it by `Plain`, an `Asker` as `evaluation.asking.Desk` is one.
"""

import asyncio
import importlib.util
import random
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from time import perf_counter

import httpx

from dragoman.bench import ours
from dragoman.bench.base import Aim, Case, Given, Measuring, Outcome, Stage, Turn
from dragoman.bench.statistics import percentile
from dragoman.bench.subject import Starting, Subject, started
from dragoman.evaluation.asking import Asker, Desk
from dragoman.evaluation.checks import Heard
from dragoman.evaluation.questions import Question
from dragoman.evaluation.suites import questions
from dragoman.evaluation.throwaway import Surroundings, running
from dragoman.knowledge.demonstration import demonstration
from dragoman.nouns.errors import OperatorError

NAME = "plain"
_PACKAGES = ("flask", "langdetect")
_CUSTOMERS, _QUICK_CUSTOMERS = 8, 2
_CONNECT_SECONDS = 5.0


@asynccontextmanager
async def plain_desk(given: Given, engine_url: str) -> AsyncGenerator[Subject]:
    """Run the plain stack before an engine; its `POST /chat` takes `{"message"}`.

    Raises:
        OperatorError: its packages are not installed, or it does not start.
    """
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise OperatorError(
            f"The plain design needs {' and '.join(missing)}: install what the bench compares with, "
            "`.venv/bin/pip install -e '.[bench]'`."
        )
    command = (sys.executable, "-m", "dragoman.bench.plain_app", "--engine", engine_url, "--port", "{port}")
    async with started(Starting(NAME, command, ready="/"), given.listener) as subject:
        yield subject


class Plain:
    """Asks the plain stack; see `Asker`. Its reply comes whole, so its first word comes with its last.

    Args:
        client: an HTTP client with the stack's address and without a time-out of its own.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, question: str, language: str) -> Heard:  # noqa: ARG002 - it finds the language itself
        """Ask and wait for the whole reply."""
        began = perf_counter()
        try:
            answered = await self._client.post("/chat", json={"message": question})
            reply = str(answered.raise_for_status().json()["reply"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return Heard("", None, seconds=perf_counter() - began, error=type(error).__name__)
        seconds = perf_counter() - began
        return Heard(reply, "generated", seconds=seconds, first_token_seconds=seconds)


class PlainDesign:
    """See `Scenario`."""

    name = "plain"
    title = "The same customers at the usual tutorial stack and at the desk"
    aims: Sequence[Aim] = ()

    @asynccontextmanager
    async def open(self, given: Given) -> AsyncGenerator[Stage]:
        """See `Scenario.open`."""
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(ours.engine(given))
            plain = await stack.enter_async_context(plain_desk(given, engine.url))
            desk = await stack.enter_async_context(running(_shop(given, engine.url), given.listener))
            assert desk.desk_url is not None, "a desk was asked for"
            sides = {
                ours.NAME: Desk(await stack.enter_async_context(customers(desk.desk_url))),
                NAME: Plain(await stack.enter_async_context(customers(plain.url))),
            }
            model = {"model": desk.model or "unknown"}
            yield Stage(
                [_case({name: _measuring(asker) for name, asker in sides.items()}, quick=given.quick)],
                {
                    ours.NAME: model,
                    NAME: {**model, "server": "Flask's own, langdetect, one request at a time"},
                },
            )


def _shop(given: Given, engine_url: str) -> Surroundings:
    around = given.surroundings
    variables = {**around.variables, "DRAGOMAN_ENGINE__URLS": engine_url}
    return replace(around, engine_urls=[engine_url], variables=variables, knowledge=[demonstration()])


def customers(url: str) -> httpx.AsyncClient:
    """Return an HTTP client for the customers of a desk, each on a connection of its own."""
    return httpx.AsyncClient(
        base_url=url,
        timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
        limits=httpx.Limits(max_keepalive_connections=0),
        trust_env=False,
    )


def _case(sides: dict[str, Measuring], *, quick: bool) -> Case:
    title = f"{_count(quick=quick)} customers at once, each in another language, on the demonstration shop"
    return Case("customers", title, sides, [(ours.NAME, NAME)])


def _count(*, quick: bool) -> int:
    return _QUICK_CUSTOMERS if quick else _CUSTOMERS


def _measuring(asker: Asker) -> Measuring:
    async def measure(turn: Turn) -> Outcome:
        asked = _questions(turn)
        began = perf_counter()
        heard = await asyncio.gather(*(asker.ask(one.question, one.language) for one in asked))
        return Outcome(_figures(heard, perf_counter() - began))

    return measure


def _questions(turn: Turn) -> Sequence[Question]:
    """Return questions of as many languages, others in every turn: a desk would know them again."""
    by_language: dict[str, list[Question]] = {}
    for one in questions(["facts"]):
        by_language.setdefault(one.language, []).append(one)
    spoken = random.Random(turn.seed).sample(sorted(by_language), _count(quick=turn.quick))
    return [by_language[language][(turn.number + 1) % len(by_language[language])] for language in spoken]


def _figures(heard: Sequence[Heard], seconds: float) -> dict[str, float]:
    whole = [one for one in heard if one.error is None]
    firsts = [one.first_token_seconds for one in whole if one.first_token_seconds is not None]
    found = {
        "first_p50": percentile(firsts, 0.5),
        "first_p95": percentile(firsts, 0.95),
        "whole_p95": percentile([one.seconds for one in whole], 0.95),
    }
    return {
        "customers_a_minute": 60 * len(whole) / seconds,
        **{name: value for name, value in found.items() if value is not None},
        "errors": len(heard) - len(whole),
    }
