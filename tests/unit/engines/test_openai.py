"""The adapter for OpenAI-compatible servers, against a small server that behaves, and misbehaves, on demand."""

import asyncio
import json

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from dragoman.engines.base import ChatMessage, Piece, Sampling, Usage
from dragoman.engines.openai import OpenAIEngine
from dragoman.nouns.errors import (
    EngineBusyError,
    EngineError,
    EngineInterruptedError,
    EngineUnavailableError,
    PromptTooLongError,
)
from dragoman.serving.listen import bind
from dragoman.testing.loopback import loopback

HELLO = [ChatMessage("user", "hello")]


def chunk(content=None, finish=None, **more):
    choice = {"index": 0, "delta": {"content": content} if content else {}, "finish_reason": finish}
    return f"data: {json.dumps({'model': 'real-name', 'choices': [choice], **more})}\n\n"


class Server:
    """Answers chat with `lines`, or with `refusal` when there is one."""

    def __init__(self):
        usage = {"prompt_tokens": 5, "completion_tokens": 2}
        self.lines = [
            chunk("Hel"),
            ": comment\n\n",
            chunk("lo"),
            chunk(finish="stop"),
            chunk(usage=usage, choices=[]),
            "data: [DONE]\n\n",
        ]
        self.refusal = None
        self.asked = []
        self.left = asyncio.Event()
        self.hang = False
        self.name = "real-name"
        self.app = Starlette(
            routes=[
                Route("/v1/models", self.models),
                Route("/v1/chat/completions", self.chat, methods=["POST"]),
            ]
        )

    async def models(self, _request):
        return JSONResponse({"data": [{"id": self.name, "dragoman": {"stands_in_for": "other"}}]})

    async def chat(self, request):
        self.asked.append(await request.json())
        if self.refusal is not None:
            return self.refusal
        return StreamingResponse(self.stream(), media_type="text/event-stream")

    async def stream(self):
        try:
            for line in self.lines:
                yield line
            if self.hang:
                await asyncio.Event().wait()
        finally:
            self.left.set()


@pytest.fixture
def server():
    return Server()


@pytest.fixture
async def engine(server):
    async with loopback(server.app) as url:
        engine = OpenAIEngine(f"{url}/v1/", first_token_seconds=5, next_token_seconds=0.2)
        yield engine
        await engine.close()


async def write(engine, sampling=None):
    async with engine.chat(HELLO, sampling or Sampling()) as pieces:
        return [piece async for piece in pieces]


async def test_a_reply_comes_in_pieces_and_ends_with_its_usage(server, engine):
    pieces = await write(engine, Sampling(seed=3, stop=("END",), max_tokens=9))
    assert pieces == [
        Piece("Hel", "real-name"),
        Piece("lo", "real-name"),
        Piece("", "real-name", "stop", Usage(5, 2)),
    ]
    (asked,) = server.asked
    assert asked["model"] == "real-name"
    assert asked["messages"] == [{"role": "user", "content": "hello"}]
    assert (asked["seed"], asked["stop"], asked["max_tokens"]) == (3, ["END"], 9)
    assert (asked["temperature"], asked["top_p"], asked["repetition_penalty"]) == (0.7, 0.9, 1.1)


async def test_health_tells_models_and_stand_ins(engine):
    health = await engine.health()
    assert (health.ready, health.models, health.stands_in_for) == (True, ("real-name",), "other")


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (Response("x", 429, {"retry-after": "7"}), EngineBusyError),
        (Response("x", 503), EngineUnavailableError),
        (Response("<html>", 500), EngineError),
        (JSONResponse({"error": {"message": "no such field", "code": None}}, 400), EngineError),
        (
            JSONResponse(
                {"error": {"code": "context_length_exceeded", "message": "900 tokens, takes 512"}}, 400
            ),
            PromptTooLongError,
        ),
    ],
)
async def test_refusals_have_names(server, engine, refusal, error):
    server.refusal = refusal
    with pytest.raises(error) as caught:
        await write(engine)
    assert type(caught.value) is error
    if error is EngineBusyError:
        assert caught.value.retry_after == 7
    if error is PromptTooLongError:
        assert (caught.value.prompt_tokens, caught.value.context_tokens) == (900, 512)


@pytest.mark.parametrize(
    "last",
    [
        [],
        ["data: not json\n\n"],
        ["data: [1]\n\n"],
        ['data: {"error": {"message": "x"}}\n\n'],
        ["data: [DONE]\n\n"],
    ],
)
async def test_a_reply_that_breaks_off_is_not_taken_for_whole(server, engine, last):
    server.lines = [chunk("Hel"), *last]
    with pytest.raises(EngineInterruptedError):
        await write(engine)


async def test_a_server_that_falls_silent_is_given_up(server, engine):
    server.lines, server.hang = [chunk("Hel")], True
    with pytest.raises(EngineInterruptedError, match="silent"):
        await write(engine)


async def test_line_separators_in_a_reply_do_not_break_it(server, engine):
    text = "one\u2028two\x85three"
    line = json.dumps({"choices": [{"delta": {"content": text}}]}, ensure_ascii=False)
    server.lines = [f"data: {line}\r\n\r\n", chunk(finish="stop")]
    assert "".join(piece.text for piece in await write(engine)) == text


async def test_half_a_surrogate_pair_is_no_text(server, engine):
    server.lines = [chunk("a\ud83d"), chunk(finish="stop")]
    assert "".join(piece.text for piece in await write(engine)) == "a\ufffd"


@pytest.mark.parametrize(
    "usage", [{}, {"prompt_tokens": None, "completion_tokens": 3}, {"prompt_tokens": "x"}, [1], "7"]
)
async def test_unreadable_counts_do_not_cost_the_reply(server, engine, usage):
    server.lines = [chunk("Hello"), chunk(finish="stop"), chunk(usage=usage, choices=[])]
    assert (await write(engine))[-1] == Piece("", "real-name", "stop", None)


@pytest.mark.parametrize("odd", [{"choices": [1]}, {"choices": {"a": 1}}, {"choices": [{"delta": "x"}]}])
async def test_a_chunk_of_another_shape_is_an_engine_that_broke_off(server, engine, odd):
    server.lines = [chunk("Hello"), f"data: {json.dumps(odd)}\n\n", chunk(finish="stop")]
    with pytest.raises(EngineInterruptedError):
        await write(engine)


async def test_a_reply_that_has_ended_is_whole_though_the_connection_stays_open(server, engine):
    server.lines, server.hang = [chunk("Hello"), chunk(finish="stop")], True
    assert [piece.text for piece in await write(engine)] == ["Hello", ""]


async def test_a_refusal_that_never_ends_is_given_up(server, engine):
    engine._first_token_seconds = 0.2
    server.lines, server.hang = ["so"], True
    server.refusal = StreamingResponse(server.stream(), 500)
    with pytest.raises(EngineError):
        await write(engine)


@pytest.mark.parametrize(("header", "seconds"), [("9" * 400, 3600), ("soon", 1), ("0.5", 0.5)])
async def test_a_wait_that_is_asked_for_has_a_bound(server, engine, header, seconds):
    server.refusal = Response("x", 429, {"retry-after": header})
    with pytest.raises(EngineBusyError) as caught:
        await write(engine)
    assert caught.value.retry_after == seconds


async def test_a_model_that_is_gone_is_looked_up_again(server, engine):
    await write(engine)
    server.refusal = JSONResponse({"error": {"message": "no such model", "code": "model_not_found"}}, 404)
    with pytest.raises(EngineError):
        await write(engine)
    server.name, server.refusal = "another", None
    await write(engine)
    assert server.asked[-1]["model"] == "another"


async def test_leaving_a_reply_closes_the_connection(server, engine):
    server.lines, server.hang = [chunk("Hel")], True
    async with engine.chat(HELLO, Sampling()) as pieces:
        assert (await anext(pieces)).text == "Hel"
    await asyncio.wait_for(server.left.wait(), 10)


@pytest.fixture
def nobody():
    """An address at which nothing listens."""
    taken = bind("127.0.0.1", 0)
    port = taken.getsockname()[1]
    taken.close()
    return OpenAIEngine(f"http://127.0.0.1:{port}/v1")


async def test_a_server_that_is_not_there_is_unavailable(nobody):
    assert not (await nobody.health()).ready
    with pytest.raises(EngineUnavailableError):
        await write(nobody)
    await nobody.close()
