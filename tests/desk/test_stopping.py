"""A desk that is told to stop while replies are being written."""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from dragoman.settings import Settings
from dragoman.testing.loopback import loopback
from dragoman.testing.pytest_desk import Talk
from dragoman.wiring import run_desk

pytestmark = pytest.mark.database


class EndlessEngine:
    """An OpenAI-compatible server whose replies have one word and no end."""

    def __init__(self):
        self.asked = asyncio.Event()
        self.left = asyncio.Event()
        self.app = Starlette(
            routes=[
                Route("/v1/models", self.models),
                Route("/v1/chat/completions", self.chat, methods=["POST"]),
            ]
        )

    async def models(self, _request):
        return JSONResponse({"data": [{"id": "endless"}]})

    async def chat(self, _request):
        return StreamingResponse(self.words(), media_type="text/event-stream")

    async def words(self):
        try:
            yield "data: " + json.dumps({"choices": [{"delta": {"content": "Hola "}}]}) + "\n\n"
            self.asked.set()
            await asyncio.Event().wait()
        finally:
            self.left.set()


@asynccontextmanager
async def running_desk(database_url, engine, drain_seconds, home):
    folder = home / "handbook"
    folder.mkdir()
    (folder / "delivery.md").write_text(
        "# Delivery\n\nDelivery to the Canary Islands takes 9 working days.\n"
    )
    listening = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    settings = Settings(desk={"port": 0, "drain_seconds": drain_seconds}, knowledge={"folder": folder})
    async with loopback(engine.app) as url:
        running = asyncio.create_task(
            run_desk(
                settings,
                database_url=database_url,
                engine_urls=[f"{url}/v1"],
                home=home,
                on_listening=listening.set_result,
                stop=stop,
            )
        )
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{await listening}", timeout=30) as client:
            yield client, stop
        stop.set()
        await running


async def test_a_reply_that_outlasts_the_drain_ends_with_words(database_url, tmp_path):
    engine = EndlessEngine()
    async with running_desk(database_url, engine, 0.2, tmp_path) as (client, stop):
        begun = (await client.post("/api/v1/conversations")).json()
        talk = Talk(client, begun["conversation_id"], begun["token"])
        async with talk.streaming("¿Cuánto tarda el envío a Canarias?") as events:
            for _ in range(2):
                await anext(events)
            await engine.asked.wait()
            stop.set()
            rest = [event async for event in events]
    (name, data) = rest[-1]
    assert (name, data["code"], data["language_code"]) == ("error", "engine_interrupted", "es")
    assert engine.left.is_set()
