"""Every engine keeps the promises of `Engine`: the scripted one, the adapter for servers, and pools of them."""

from collections.abc import AsyncGenerator

import pytest

from dragoman.engines.base import Engine
from dragoman.engines.openai import OpenAIEngine
from dragoman.engines.pool import Pool
from dragoman.engines.pool_member import Member
from dragoman.serving.listen import bind
from dragoman.testing.engine_contract import EngineContract
from dragoman.testing.loopback import loopback
from dragoman.testing.scripted_engine import ScriptedEngine
from dragoman.testing.scripted_server import openai_app


class TestScripted(EngineContract):
    @pytest.fixture
    def engine(self, scripted: ScriptedEngine) -> Engine:
        return scripted


class TestServer(EngineContract):
    @pytest.fixture
    async def engine(self, scripted: ScriptedEngine) -> AsyncGenerator[Engine]:
        async with loopback(openai_app(scripted)) as url:
            engine = OpenAIEngine(f"{url}/v1")
            yield engine
            await engine.close()


class TestPoolOfOne(EngineContract):
    @pytest.fixture
    async def engine(self, scripted: ScriptedEngine) -> AsyncGenerator[Engine]:
        async with loopback(openai_app(scripted)) as url:
            pool = Pool([Member(OpenAIEngine(f"{url}/v1"), "one")])
            yield pool
            await pool.close()


class TestPoolWithOneAway(EngineContract):
    @pytest.fixture
    async def engine(self, scripted: ScriptedEngine) -> AsyncGenerator[Engine]:
        taken = bind("127.0.0.1", 0)
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        taken.close()
        async with loopback(openai_app(scripted)) as url:
            engines = {"away": OpenAIEngine(nobody), "one": OpenAIEngine(f"{url}/v1")}
            pool = Pool([Member(engine, name) for name, engine in engines.items()])
            yield pool
            await pool.close()
