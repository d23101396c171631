"""What customers notice when one of two engines, each a process of its own, is killed, stopped or full under load."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, asynccontextmanager

import pytest

from dragoman.engines.base import ChatMessage, Sampling
from dragoman.engines.openai import OpenAIEngine
from dragoman.engines.pool import Pool
from dragoman.engines.pool_member import Condition, Member
from dragoman.engines.pool_watch import Pace
from dragoman.nouns.errors import EngineInterruptedError
from dragoman.testing.engine_contract import until
from dragoman.testing.processes import Server, serving
from dragoman.testing.scripted_server import WORDS

CUSTOMERS = 40
PACE = Pace(word=1.0, idle=1.0, waiting=0.3, rest=0.1)


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    """Two engines that take half a second for a reply."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(serving("dragoman.testing.scripted_server", name, "0.03"))
            for name in ("first", "second")
        ]


@asynccontextmanager
async def pool_of(servers: list[Server]) -> AsyncGenerator[tuple[Pool, list[Member]]]:
    members = [
        Member(OpenAIEngine(f"{server.url}/v1"), f"engine-{number}") for number, server in enumerate(servers)
    ]
    pool = Pool(members, pace=PACE)
    try:
        yield pool, members
    finally:
        await pool.close()


class Customers:
    """Ask all at once, and note who began to answer whom and what became of it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.begun: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.interrupted: Counter[str] = Counter()

    async def ask(self, number: int) -> None:
        model, text = "", ""
        try:
            async with self._pool.chat([ChatMessage("user", f"question {number}")], Sampling()) as pieces:
                async for piece in pieces:
                    self.begun[piece.model] += not text
                    model, text = piece.model, text + piece.text
        except EngineInterruptedError:
            self.interrupted[model] += 1
            assert text, "without a word there was another engine to ask"
        else:
            assert text == f"{WORDS} {model}."
            self.answered[model] += 1

    def asking(self) -> "asyncio.Future[list[None]]":
        return asyncio.gather(*(self.ask(number) for number in range(CUSTOMERS)))


async def test_one_engine_is_killed_under_load(servers: list[Server]) -> None:
    async with asyncio.timeout(60), pool_of(servers) as (pool, members):
        customers = Customers(pool)
        asking = customers.asking()
        await until(lambda: min(customers.begun["first"], customers.begun["second"]) > CUSTOMERS // 5)
        servers[0].kill()
        await asking
        assert customers.answered.total() + customers.interrupted.total() == CUSTOMERS
        assert customers.interrupted["first"] > 0
        assert customers.interrupted["second"] == 0
        await until(lambda: members[0].condition is Condition.AWAY)
        again = Customers(pool)
        await again.asking()
        assert again.answered == {"second": CUSTOMERS}
        assert (await pool.health()).models == ("second",)


async def test_one_engine_stops_in_its_tracks(servers: list[Server]) -> None:
    """Frozen as by SIGSTOP: its connections are taken, and nothing comes."""
    async with asyncio.timeout(60), pool_of(servers) as (pool, members):
        await Customers(pool).asking()
        servers[0].process.send_signal(signal.SIGSTOP)
        try:
            customers = Customers(pool)
            await customers.asking()
            assert customers.answered == {"second": CUSTOMERS}
            await until(lambda: members[0].condition is Condition.HUNG)
        finally:
            servers[0].process.send_signal(signal.SIGCONT)
        await until(lambda: members[0].serving)
        again = Customers(pool)
        await again.asking()
        assert again.answered["first"] >= CUSTOMERS // 4
