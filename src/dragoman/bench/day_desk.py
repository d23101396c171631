"""A whole desk for a day: our engine on the owner's weights, the database, the desk, and the demonstration shop."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count, cycle
from pathlib import Path

import httpx

from dragoman.bench import ours
from dragoman.bench.base import Given
from dragoman.bench.day_customers import Say
from dragoman.bench.day_questions import Intent, intents
from dragoman.bench.desk_watch import Watch, processes
from dragoman.bench.plain import customers
from dragoman.bench.shop import opened_shop
from dragoman.bench.subject import Subject
from dragoman.evaluation.asking import Talk
from dragoman.evaluation.throwaway import Running, Surroundings, running
from dragoman.nouns.errors import OperatorError

# A client of HTTP looks through all of its connections for each request: one for hundreds of customers would take more
# processor time than the desk.
_CLIENTS = 32
# Customers do not say this, so nothing of theirs is known by it; it is no small talk either.
_FIRST = "Is there a notice on the door today?"


@dataclass(frozen=True, slots=True)
class DayDesk:
    """A desk that customers can come to.

    Attributes:
        engine: what the desk asks.
        intents: what customers want of it, in words that its tables do not have.
        watch: looks at the processor time of its processes.
        alone: the process of the desk.
        whole: all of its processes, the engine's among them unless `--engine` names one elsewhere.
    """

    running: Running
    engine: Subject
    intents: Sequence[Intent]
    watch: Watch
    alone: Subject
    whole: Subject
    _clients: Iterator[httpx.AsyncClient]
    _mornings: Iterator[int] = field(default_factory=count)

    def begin(self) -> Say:
        """Begin a conversation."""
        return Talk(next(self._clients)).ask

    async def morning(self) -> None:
        """Have it forget what it has answered: a page of its knowledge changes, and with it all that stands on it.

        Raises:
            OperatorError: it does not answer.
        """
        page = self.running.home / "notice.md"
        page.write_text(f"# Notice\n\nThis is notice number {next(self._mornings)}.\n", encoding="utf-8")
        await self.running.knowledge.library.add_path(page)
        heard = await self.begin()(_FIRST)
        if heard.error is not None:
            raise OperatorError(f"The desk does not answer: {heard.error}.")


@asynccontextmanager
async def day_desk(given: Given) -> AsyncGenerator[DayDesk]:
    """Run all of it; leaving the context ends it.

    Raises:
        OperatorError: something does not start.
    """
    async with AsyncExitStack() as stack:
        shop = stack.enter_context(opened_shop())
        engine = await stack.enter_async_context(ours.engine(given))
        around = _around(given, engine.url, shop.knowledge)
        desk = await stack.enter_async_context(running(around, given.listener))
        assert desk.desk_url is not None, "a desk was asked for"
        clients = [await stack.enter_async_context(customers(desk.desk_url)) for _ in range(_CLIENTS)]
        parts = [*processes(desk), *([Subject("engine", "", engine.pids)] if engine.pids else [])]
        whole = Subject(ours.NAME, "", [pid for part in parts for pid in part.pids])
        watch = Watch(clients[0], parts)
        alone = next(part for part in parts if part.name == "desk")
        yield DayDesk(desk, engine, intents(shop.withheld), watch, alone, whole, cycle(clients))


def _around(given: Given, engine_url: str, knowledge: Path) -> Surroundings:
    around = given.surroundings
    variables = {**around.variables, "DRAGOMAN_ENGINE__URLS": engine_url}
    return replace(around, engine_urls=[engine_url], variables=variables, knowledge=[knowledge])
