"""Scenario 9, the first word: how long one customer waits for it where the model writes, all caches warm.

The desk lets nothing out that it has not checked, and it checks whole sentences: what is measured is the figure that is
told before the model has written anything, and the first sentence where no figure is asked for.
"""

import random
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from dragoman.bench import ours, tea_garden
from dragoman.bench.base import Aim, Case, Given, Measuring, Outcome, Stage, Turn
from dragoman.bench.day_customers import first_p95, first_words
from dragoman.bench.desk_load import Answers, failures, share_of
from dragoman.bench.plain import customers
from dragoman.bench.statistics import percentile
from dragoman.evaluation.asking import Desk
from dragoman.evaluation.checks import Heard
from dragoman.evaluation.throwaway import running

FIGURE, SENTENCE = "a figure", "a sentence"
"""The sides: what was asked for is a figure, or something that only a sentence says."""

_AIM_SECONDS = 0.4
_ASKED, _QUICK_ASKED = 8, 2
_FACTS: Mapping[str, Mapping[str, str]] = {
    FIGURE: {"asked": "how long or how much, in German, of English passages of some 500 characters"},
    SENTENCE: {"asked": "whether something may be done, in German, of the same passages"},
}


class FirstWord:
    """See `Scenario`."""

    name = "first"
    title = "The first word of a generated answer"
    aims: Sequence[Aim] = tuple(
        Aim("ask", "first_p50", side, at_most=_AIM_SECONDS) for side in (FIGURE, SENTENCE)
    )

    @asynccontextmanager
    async def open(self, given: Given) -> AsyncGenerator[Stage]:
        """See `Scenario.open`."""
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dragoman-garden-")))
            engine = await stack.enter_async_context(ours.engine(given))
            around = replace(
                given.surroundings,
                engine_urls=[engine.url],
                knowledge=[tea_garden.write_long_page(folder)],
                variables={
                    **given.surroundings.variables,
                    "DRAGOMAN_ENGINE__URLS": engine.url,
                    "DRAGOMAN_ANSWERS__LEVELS": f"{tea_garden.LANGUAGE}=generate",
                },
            )
            desk = await stack.enter_async_context(running(around, given.listener))
            assert desk.desk_url is not None, "a desk was asked for"
            asked = Desk(await stack.enter_async_context(customers(desk.desk_url)))
            sides = {
                side: _measuring(asked, figure=side == FIGURE, count=_QUICK_ASKED if given.quick else _ASKED)
                for side in (FIGURE, SENTENCE)
            }
            yield Stage([Case("ask", "one customer at a time", sides)], _FACTS)


def _measuring(desk: Desk, *, figure: bool, count: int) -> Measuring:
    async def measure(turn: Turn) -> Outcome:
        draw = random.Random(turn.seed)
        texts = tea_garden.questions(count, draw, figure=figure)
        heard = [await desk.ask(text, tea_garden.LANGUAGE) for text in texts]
        answers = Answers(heard, sum(one.seconds for one in heard))
        return Outcome(
            {**_first(heard), **share_of(answers, "generated"), "errors": _failed(heard)},
            notes=failures(answers),
        )

    return measure


def _first(heard: Sequence[Heard]) -> dict[str, float]:
    return {"first_p50": percentile(first_words(heard), 0.5) or 0.0, "first_p95": first_p95(heard)}


def _failed(heard: Sequence[Heard]) -> int:
    return sum(one.error is not None for one in heard)
