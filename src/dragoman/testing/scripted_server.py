"""A scripted engine behind the OpenAI protocol, for tests whose desk is a process of its own, or whose engine is.

`python -m dragoman.testing.scripted_server MODEL PAUSE [PORT [BOOK]]` serves one that can be killed, see `processes.py`;
BOOK is a JSON file, an object of what is asked and what is written to it.
"""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from dragoman.engines.base import ChatMessage, Piece, Sampling
from dragoman.nouns.errors import EngineBusyError, EngineError, EngineUnavailableError, PromptTooLongError
from dragoman.serving.listen import listen
from dragoman.testing.processes import told
from dragoman.testing.scripted_engine import ScriptedEngine

WORDS = "This is what the scripted engine has to say, word by word, and signed with its name:"
"""What an engine in a process of its own writes, followed by the name of its model."""
LINGER = "slowly"
"""Asked with this word, it stops after some words."""


def openai_app(engine: ScriptedEngine) -> Starlette:
    """Return an app that lists the engine's model and streams its replies, whatever else a request asks for."""

    async def models(_request: Request) -> Response:
        if not engine.ready:
            return _error(EngineUnavailableError())
        told = {"stands_in_for": engine.stands_in_for} if engine.stands_in_for else {}
        entry = {"id": engine.model, "object": "model", "dragoman": told}
        return JSONResponse({"object": "list", "data": [entry]})

    async def chat(request: Request) -> Response:
        asked: dict[str, Any] = await request.json()
        messages = [ChatMessage(one["role"], one["content"]) for one in asked["messages"]]
        pieces = _pieces(engine, messages, Sampling(max_tokens=asked.get("max_tokens") or 512))
        try:
            # The first word before the head, so that what fails before it has a status of its own.
            first = await anext(pieces)
        except EngineError as error:
            return _error(error)
        if asked.get("stream"):
            return StreamingResponse(_stream(engine, first, pieces), media_type="text/event-stream")
        text = first.text + "".join([piece.text async for piece in pieces])
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        return JSONResponse({"object": "chat.completion", "model": engine.model, "choices": [choice]})

    return Starlette(
        routes=[
            Route("/health", _healthy),
            Route("/v1/models", models),
            Route("/v1/chat/completions", chat, methods=["POST"]),
        ]
    )


async def _healthy(_request: Request) -> Response:
    """Say that all is well, as servers do whose model hangs."""
    return JSONResponse({"status": "ok"})


async def _pieces(
    engine: ScriptedEngine, messages: list[ChatMessage], sampling: Sampling
) -> AsyncGenerator[Piece]:
    async with engine.chat(messages, sampling) as pieces:
        async for piece in pieces:
            yield piece


async def _stream(engine: ScriptedEngine, first: Piece, rest: AsyncGenerator[Piece]) -> AsyncGenerator[bytes]:
    async with aclosing(rest):
        yield _chunk(engine, first)
        try:
            async for piece in rest:
                yield _chunk(engine, piece)
        except EngineError as error:
            yield _event({"error": {"message": "scripted", "code": error.code}})
            return
        yield b"data: [DONE]\n\n"


def _chunk(engine: ScriptedEngine, piece: Piece) -> bytes:
    choice = {"index": 0, "delta": {"content": piece.text}, "finish_reason": piece.finish_reason}
    counts = piece.usage and {
        "prompt_tokens": piece.usage.prompt_tokens,
        "completion_tokens": piece.usage.completion_tokens,
    }
    return _event(
        {
            "object": "chat.completion.chunk",
            "model": engine.model,
            "choices": [choice],
            **({"usage": counts} if counts else {}),
        }
    )


def _event(chunk: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(chunk)}\n\n".encode()


def _error(error: EngineError) -> Response:
    """Refuse as the servers of the field do."""
    body = {"error": {"message": str(error), "code": error.code}}
    match error:
        case EngineBusyError(retry_after=seconds):
            return JSONResponse(body, 429, {"Retry-After": f"{seconds:g}"})
        case PromptTooLongError():
            return JSONResponse(body, 400)
        case EngineUnavailableError():
            return JSONResponse(body, 503)
        case _:
            return JSONResponse(body, 500)


def _main(model: str, pause: str, port: str = "0", book: str | None = None) -> None:
    written: dict[str, str] = json.loads(Path(book).read_text(encoding="utf-8")) if book else {}
    engine = ScriptedEngine(
        model=model, usual=f"{WORDS} {model}.", pause=float(pause), lingers=LINGER, book=written
    )
    serving = listen(
        openai_app(engine),
        host="127.0.0.1",
        port=int(port),
        drain_seconds=1.0,
        on_listening=told,
    )
    asyncio.run(serving)


if __name__ == "__main__":
    _main(*sys.argv[1:])
