"""A desk on the real PostgreSQL and a scripted engine, over real sockets."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from blockbuster import blockbuster_ctx

from dragoman.engines.base import Engine
from dragoman.engines.counted import CountedEngine, ModelMetrics
from dragoman.languages.detect import Detector
from dragoman.languages.phrases import Phrases
from dragoman.settings import Settings
from dragoman.storage.conversations import open_conversations
from dragoman.testing.engine_ladder import EngineLadder
from dragoman.testing.loopback import loopback
from dragoman.testing.scripted_engine import ScriptedEngine
from dragoman.testing.stream_reading import read_events
from dragoman.watching.metrics import new_registry
from dragoman.web.app import create_app
from dragoman.web.desk import Desk
from dragoman.wiring import assemble, sampling


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation over the API, from the customer's side."""

    client: httpx.AsyncClient
    conversation_id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What every call carries."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def path(self) -> str:
        """Where the conversation is."""
        return f"/api/v1/conversations/{self.conversation_id}"

    @asynccontextmanager
    async def streaming(
        self, message: str, **body: Any
    ) -> AsyncGenerator[AsyncGenerator[tuple[str, dict[str, Any]]]]:
        """Ask, and read the answer's events as they come."""
        headers = {**self.headers, "Accept": "text/event-stream"}
        async with self.client.stream(
            "POST", f"{self.path}/messages", json={"message": message, **body}, headers=headers
        ) as response:
            assert response.status_code == 200, await response.aread()
            yield read_events(response.aiter_lines())

    async def say(self, message: str, **body: Any) -> list[tuple[str, dict[str, Any]]]:
        """Ask, and return all events of the answer."""
        async with self.streaming(message, **body) as events:
            return [event async for event in events]

    async def log(self) -> dict[str, Any]:
        """Return the conversation with its log."""
        response = await self.client.get(self.path, headers=self.headers)
        assert response.status_code == 200, response.text
        return response.json()


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A desk that listens, and what stands behind it."""

    url: str
    desk: Desk
    client: httpx.AsyncClient

    async def begin(self) -> Talk:
        """Begin a conversation."""
        begun = (await self.client.post("/api/v1/conversations")).json()
        return Talk(self.client, begun["conversation_id"], begun["token"])


@asynccontextmanager
async def serving_desk(database_url: str, engine: Engine, **settings: Any) -> AsyncGenerator[OpenDesk]:
    """Serve a desk whose engine says what it likes on a free loopback port; `settings` are groups of settings, by name."""
    async with AsyncExitStack() as stack:
        conversations = await stack.enter_async_context(open_conversations(database_url, connections=5))
        given, phrases, registry = Settings(**settings), Phrases.load(), new_registry()
        engine = CountedEngine(engine, ModelMetrics(registry))
        desk = assemble(
            given,
            conversations=conversations,
            engine=engine,
            ladder=EngineLadder(engine, phrases, sampling(given.generation)),
            phrases=phrases,
            detector=Detector(fallback=given.desk.fallback),
            registry=registry,
        )
        stack.push_async_callback(desk.runner.drain, 5.0)
        stack.callback(desk.stopping.set)
        url = await stack.enter_async_context(loopback(create_app(desk)))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60))
        yield OpenDesk(url, desk, client)


@pytest.fixture
def scripted() -> ScriptedEngine:
    """The engine behind `desk` and `desk_url`."""
    return ScriptedEngine()


@pytest.fixture
async def desk(database_url: str, scripted: ScriptedEngine) -> AsyncGenerator[OpenDesk]:
    """A desk for tests that run in the same loop, in which nothing of ours may block once it is open."""
    async with serving_desk(database_url, scripted) as opened:
        with blockbuster_ctx("dragoman"):
            yield opened


@dataclass(slots=True)
class _Thread:
    """A desk in a loop of its own, for tests that are not async (a browser's)."""

    database_url: str
    engine: Engine
    settings: dict[str, Any] = field(default_factory=dict[str, Any])

    def run(self, started: Callable[[str, asyncio.AbstractEventLoop, asyncio.Event], None]) -> None:
        asyncio.run(self._serve(started))

    async def _serve(self, started: Callable[[str, asyncio.AbstractEventLoop, asyncio.Event], None]) -> None:
        stop = asyncio.Event()
        async with serving_desk(self.database_url, self.engine, **self.settings) as opened:
            started(opened.url, asyncio.get_running_loop(), stop)
            await stop.wait()


@pytest.fixture
def desk_url(database_url: str, scripted: ScriptedEngine) -> Generator[str]:
    """The address of a desk that runs beside the test."""
    yield from desk_beside(database_url, scripted)


def desk_beside(database_url: str, engine: Engine, **settings: Any) -> Generator[str]:
    """Run a desk in a thread, yield its address, and stop it."""
    began = threading.Event()
    found: list[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = []

    def started(url: str, loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
        found.append((url, loop, stop))
        began.set()

    thread = threading.Thread(target=_Thread(database_url, engine, settings).run, args=(started,))
    thread.start()
    assert began.wait(60), "the desk did not start"
    url, loop, stop = found[0]
    yield url
    loop.call_soon_threadsafe(stop.set)
    thread.join(60)
