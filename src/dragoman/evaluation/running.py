"""Asks the questions, a few at a time, and judges what comes back."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import httpx

from dragoman.engines.base import Engine
from dragoman.evaluation.asking import SILENCE_SECONDS, Asker, Desk
from dragoman.evaluation.checks import Judged, judge
from dragoman.evaluation.knowledge import Known
from dragoman.evaluation.questions import Question
from dragoman.evaluation.searching import Find, place_of, search_of
from dragoman.evaluation.strategies import Plain, Translate
from dragoman.evaluation.suite_checks import in_suite, with_rank
from dragoman.evaluation.throwaway import Running
from dragoman.languages.detect import Detector
from dragoman.languages.phrases import Phrases
from dragoman.nouns.errors import OperatorError

Strategy = Literal["desk", "plain", "translate"]

AT_ONCE = 4
"""Questions under way at a time unless told otherwise: a busy small desk, whose waiting line never fills."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How questions are asked.

    Attributes:
        asker: what answers.
        known: the knowledge, as the judge knows it.
        find: the search, where it is to be measured; None: it is not.
        at_once: how many are under way at a time.
        told: called with each question that has been judged.
    """

    asker: Asker
    known: Known
    find: Find | None
    at_once: int
    told: Callable[[Judged], None]


@asynccontextmanager
async def asker(
    running: Running, strategy: Strategy, open_engine: Callable[[Sequence[str]], Engine]
) -> AsyncGenerator[tuple[Asker, Find]]:
    """Open a way to answer on what runs, and the search beside it."""
    async with AsyncExitStack() as stack:
        find = search_of(running.knowledge)
        if running.desk_url is not None:
            client = httpx.AsyncClient(base_url=running.desk_url, timeout=SILENCE_SECONDS)
            yield Desk(await stack.enter_async_context(client)), find
            return
        engine = open_engine(running.engine_urls)
        stack.push_async_callback(engine.close)
        way = Plain if strategy == "plain" else Translate
        yield way(engine, find, Detector(fallback="en"), Phrases.load()), find


async def ask_all(questions: Sequence[Question], asking: Asking) -> list[Judged]:
    """Ask all questions and return them judged, in their order."""
    places = asyncio.Semaphore(asking.at_once)

    async def one(question: Question) -> Judged:
        async with places:
            judged = await _ask(question, asking)
        asking.told(judged)
        return judged

    return await asyncio.gather(*(one(question) for question in questions))


async def _ask(question: Question, asking: Asking) -> Judged:
    earlier = await asking.asker.ask(question.before, question.language) if question.before else None
    heard = await asking.asker.ask(question.question, question.language)
    judged = in_suite(judge(question, heard, asking.known), earlier, asking.known)
    if not question.answerable or question.entry is None or asking.find is None:
        return judged
    return with_rank(
        judged, place_of(question.entry, await asking.find(question.question, question.language))
    )


def ensure_alive(running: Running) -> None:
    """Refuse a measurement in the middle of which the desk ended.

    Raises:
        OperatorError: the desk is gone.
    """
    if running.desk is not None and running.desk.pid is None:
        raise OperatorError(
            "The desk ended in the middle of the run; see why with `dragoman serve`, then run again."
        )
