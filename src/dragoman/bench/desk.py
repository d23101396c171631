"""Scenario 5, the desk without the model: an engine that answers at once, so that what is measured is what the desk adds.

Everything else is real: a desk process, its embedder, the embedded PostgreSQL, HTTP. An answer counts when all of it
has come, and it comes when its message and it are stored.
"""

import random
import sys
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dragoman.bench import tea_garden
from dragoman.bench.base import Aim, Case, Given, Measuring, Outcome, Stage, Turn
from dragoman.bench.desk_load import (
    Answers,
    Ask,
    asking,
    at_moments,
    chat_clients,
    failures,
    one_by_one,
    share_of,
    side_by_side,
    times,
)
from dragoman.bench.desk_watch import Watch, between, processes
from dragoman.bench.moments import even
from dragoman.bench.shop import Wording, opened_shop
from dragoman.bench.subject import Starting, Subject, started
from dragoman.evaluation.suites import questions
from dragoman.evaluation.throwaway import Surroundings, running
from dragoman.nouns.errors import OperatorError

APPROVED, CURATED, CACHED, GENERATED = "approved", "other words", "cached", "generated"
"""The sides: asked word for word as in the table of approved answers, in other words, once more, and to be rendered."""

_MODEL = "scripted"
_ALONE, _QUICK_ALONE = 60, 4
_RATE = 100.0
_CUSTOMERS = 16
_SECONDS, _QUICK_SECONDS = 5.0, 0.5
# More than any machine answers within `_SECONDS`.
_PLENTY = 5000
# Questions that are asked again and again; few, since the desk has to hear each of them before.
_REMEMBERED, _QUICK_REMEMBERED = 60, 3

Texts = Callable[[int, random.Random], Sequence[str]]
"""Returns so many questions, drawn."""
Sending = Callable[[Ask, Texts, random.Random], Awaitable[Answers]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of answer: the rung that is to give it, and questions for it."""

    source: str
    texts: Texts


class DeskAlone:
    """See `Scenario`."""

    name = "desk"
    title = "The desk without the model"
    aims: Sequence[Aim] = (
        *(Aim("alone", "whole_p95", kind, at_most=0.030) for kind in (APPROVED, CURATED, CACHED)),
        *(Aim("hundred", "whole_p95", kind, at_most=0.100) for kind in (APPROVED, CURATED, CACHED)),
        *(Aim("most", "answers", kind, at_least=150) for kind in (APPROVED, CURATED, CACHED, GENERATED)),
    )

    @asynccontextmanager
    async def open(self, given: Given) -> AsyncGenerator[Stage]:
        """See `Scenario.open`."""
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dragoman-garden-")))
            shop = stack.enter_context(opened_shop())
            engine = await stack.enter_async_context(_engine(given, tea_garden.write_book(folder)))
            around = _around(given, engine.url, [shop.knowledge, tea_garden.write_page(folder)])
            desk = await stack.enter_async_context(running(around, given.listener))
            assert desk.desk_url is not None, "a desk was asked for"
            clients = await stack.enter_async_context(chat_clients(desk.desk_url))
            ask = asking(clients)
            kinds = {
                APPROVED: Kind("curated", _said(shop.approved)),
                CURATED: Kind("curated", _said(shop.withheld)),
                CACHED: Kind("cache", await _remembered(ask, quick=given.quick)),
                GENERATED: Kind("generated", tea_garden.questions),
            }
            watch = Watch(clients[0], processes(desk))
            yield Stage(_cases(kinds, ask, watch, quick=given.quick), _FACTS)


_FACTS: Mapping[str, Mapping[str, str]] = {
    APPROVED: {"asked": "as in the table of approved answers, word for word"},
    CURATED: {"asked": "what the table answers, in words that it does not have"},
    CACHED: {"asked": "what was asked and answered before, word for word"},
    GENERATED: {
        "asked": "something new in German, to be rendered from English by an engine that answers at once"
    },
}


@asynccontextmanager
async def _engine(given: Given, book: Path) -> AsyncGenerator[Subject]:
    module = "dragoman.testing.scripted_server"
    command = (sys.executable, "-m", module, _MODEL, "0", "{port}", str(book))
    async with started(Starting(_MODEL, command, ready="/health", base="/v1"), given.listener) as subject:
        yield subject


def _around(given: Given, engine_url: str, knowledge: Sequence[Path]) -> Surroundings:
    variables = {
        **given.surroundings.variables,
        "DRAGOMAN_ENGINE__URLS": engine_url,
        "DRAGOMAN_ENGINE__MODEL": _MODEL,
        "DRAGOMAN_ANSWERS__LEVELS": f"{tea_garden.LANGUAGE}=generate",
    }
    return replace(
        given.surroundings, engine_urls=[engine_url], model=_MODEL, variables=variables, knowledge=knowledge
    )


def _said(wordings: Sequence[Wording]) -> Texts:
    """Return what draws among wordings, none twice before all have been drawn."""

    def texts(count: int, draw: random.Random) -> Sequence[str]:
        drawn = draw.sample(wordings, len(wordings))
        return [drawn[number % len(drawn)].text for number in range(count)]

    return texts


async def _remembered(ask: Ask, *, quick: bool) -> Texts:
    """Ask questions until the desk remembers their answers, and return what draws among those.

    Raises:
        OperatorError: it remembers none.
    """
    asked = random.Random(0).sample([one.question for one in questions(["facts"])], k=200)
    wanted = _QUICK_REMEMBERED if quick else _REMEMBERED
    kept: list[str] = []
    for text in asked:
        await ask(text)
        if (await ask(text)).source == "cache":
            kept.append(text)
        if len(kept) == wanted:
            return lambda count, draw: draw.choices(kept, k=count)
    raise OperatorError(f"The desk remembers the answers to {len(kept)} of {len(asked)} questions only.")


def _cases(kinds: Mapping[str, Kind], ask: Ask, watch: Watch, *, quick: bool) -> Sequence[Case]:
    alone = _QUICK_ALONE if quick else _ALONE
    seconds = _QUICK_SECONDS if quick else _SECONDS

    async def one_customer(ask: Ask, texts: Texts, draw: random.Random) -> Answers:
        return await one_by_one(ask, texts(alone, draw))

    async def hundred(ask: Ask, texts: Texts, draw: random.Random) -> Answers:
        moments = even(_RATE, seconds, draw)
        return await at_moments(ask, moments, texts(len(moments), draw))

    async def most(ask: Ask, texts: Texts, draw: random.Random) -> Answers:
        return await side_by_side(ask, texts(_PLENTY, draw), customers=_CUSTOMERS, seconds=seconds)

    def case(name: str, title: str, send: Sending, sides: Sequence[str]) -> Case:
        return Case(name, title, {side: _measuring(kinds[side], send, ask, watch) for side in sides})

    # Rendered answers take several times as long: a hundred a second would only pile up.
    return (
        case("alone", "one customer at a time", one_customer, list(kinds)),
        case("hundred", f"{_RATE:.0f} questions a second", hundred, [APPROVED, CURATED, CACHED]),
        case("most", f"{_CUSTOMERS} customers without a pause", most, list(kinds)),
    )


def _measuring(kind: Kind, send: Sending, ask: Ask, watch: Watch) -> Measuring:
    async def measure(turn: Turn) -> Outcome:
        before = await watch.look()
        answers = await send(ask, kind.texts, random.Random(turn.seed))
        after = await watch.look()
        answered = sum(one.error is None for one in answers.heard)
        return Outcome(
            {
                "answers": answered / answers.seconds,
                **times(answers),
                **share_of(answers, kind.source),
                **between(before, after, answered),
            },
            notes=failures(answers),
        )

    return measure
