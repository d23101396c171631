"""A scripted engine behind the OpenAI protocol, for tests whose desk is a process of its own."""

import json
from collections.abc import AsyncGenerator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from dragoman.engines.base import ChatMessage, Piece, Sampling
from dragoman.testing.scripted_engine import ScriptedEngine


def openai_app(engine: ScriptedEngine) -> Starlette:
    """Return an app that lists the engine's model and streams its replies, whatever else a request asks for."""

    async def models(_request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": engine.model, "object": "model"}]})

    async def chat(request: Request) -> Response:
        asked: dict[str, Any] = await request.json()
        messages = [ChatMessage(one["role"], one["content"]) for one in asked["messages"]]
        if asked.get("stream"):
            return StreamingResponse(_stream(engine, messages), media_type="text/event-stream")
        text = "".join([piece.text async for piece in _pieces(engine, messages)])
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        return JSONResponse({"object": "chat.completion", "model": engine.model, "choices": [choice]})

    return Starlette(
        routes=[Route("/v1/models", models), Route("/v1/chat/completions", chat, methods=["POST"])]
    )


async def _pieces(engine: ScriptedEngine, messages: list[ChatMessage]) -> AsyncGenerator[Piece]:
    async with engine.chat(messages, Sampling()) as pieces:
        async for piece in pieces:
            yield piece


async def _stream(engine: ScriptedEngine, messages: list[ChatMessage]) -> AsyncGenerator[bytes]:
    async for piece in _pieces(engine, messages):
        choice = {"index": 0, "delta": {"content": piece.text}, "finish_reason": piece.finish_reason}
        yield _event({"object": "chat.completion.chunk", "model": engine.model, "choices": [choice]})
    yield b"data: [DONE]\n\n"


def _event(chunk: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(chunk)}\n\n".encode()
