import asyncio
from collections.abc import AsyncGenerator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from dragoman.bench.load import Ask, LoadClient, at_once, in_turn, on_loopback, open_loop
from dragoman.nouns.errors import OperatorError
from dragoman.testing.loopback import loopback
from dragoman.testing.scripted_backend import ScriptedBackend

HELLO = Ask([{"role": "user", "content": "hello there"}], tokens=40)


async def test_a_reply_has_as_many_tokens_as_asked_by_the_servers_own_count(
    scripted_url: str, backend: ScriptedBackend
) -> None:
    async with LoadClient(scripted_url) as client:
        assert (await client.models())[0] == "scripted"
        load = await in_turn(client, [HELLO, HELLO])
    for reply in load.replies:
        assert reply.error is None
        assert reply.reply_tokens == 40
        assert reply.prompt_tokens
        assert reply.text.startswith(("one", "two", "three", "fünf", "六", "семь", "🌍", "nine"))
        assert list(reply.times) == sorted(reply.times)
        assert reply.first == reply.times[0]
        assert reply.seconds >= reply.times[-1]
    assert all(one.ignore_eos and one.min_tokens == 40 for one in backend.asked)
    assert backend.most_at_once == 1
    assert load.seconds >= sum(reply.seconds for reply in load.replies)


async def test_requests_at_once_overlap_and_what_is_refused_is_an_error(
    scripted_url: str, backend: ScriptedBackend
) -> None:
    """Two run, two wait, and the fifth finds no place."""
    backend.gate.clear()

    async def open_later() -> None:
        while backend.under_way < 2:  # noqa: ASYNC110 - a condition of another task
            await asyncio.sleep(0.01)
        async with LoadClient(scripted_url) as late:
            replies = [await late.ask(HELLO) for _ in range(1)]
        assert [reply.error for reply in replies] == ["HTTP 429"]
        backend.gate.set()

    async with LoadClient(scripted_url) as client:
        load, _ = await asyncio.gather(at_once(client, [HELLO] * 4), open_later())
    assert backend.most_at_once == 2
    assert [reply.error for reply in load.replies] == [None] * 4


async def test_a_reply_that_does_not_end_in_time_is_an_error(
    scripted_url: str, backend: ScriptedBackend
) -> None:
    backend.gate.clear()
    async with LoadClient(scripted_url, limit_seconds=0.05) as client:
        reply = await client.ask(HELLO)
    assert reply.error == "no end within 0 s"


async def test_nobody_there_is_an_error() -> None:
    async with LoadClient("http://127.0.0.1:9/v1") as client:
        assert (await client.ask(HELLO)).error == "ConnectError"
        with pytest.raises(OperatorError, match="lists no models"):
            await client.models()


async def _broken(request: Request) -> Response:
    async def pieces() -> AsyncGenerator[bytes]:
        yield b'data: {"choices": [{"delta": {"content": "wo'
        yield 'rd ü"}}]}\n\ndata: {"choices": [{"delta": {"content": " more"}}]}\r\n\r\n'.encode()
        if request.url.path.startswith("/error"):
            yield b'data: {"error": {"message": "out of memory"}}\n\n'
        if request.url.path.startswith("/cut"):
            raise RuntimeError("cut off")

    if request.url.path.startswith("/empty"):
        return PlainTextResponse("data: [DONE]\n\n")
    return StreamingResponse(pieces(), media_type="text/event-stream")


@pytest.mark.parametrize(
    ("path", "error", "text"),
    [
        ("fine", None, "word ü more"),
        ("error", "the engine reported an error in the middle of its reply", "word ü more"),
        ("empty", "an empty reply", ""),
    ],
)
async def test_a_stream_is_read_however_it_is_cut(path: str, error: str | None, text: str) -> None:
    app = Starlette(routes=[Route("/{way}/chat/completions", _broken, methods=["POST"])])
    async with loopback(app) as url, LoadClient(f"{url}/{path}") as client:
        reply = await client.ask(HELLO)
    assert (reply.error, reply.text, reply.reply_tokens) == (error, text, None)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://localhost/v1", True),
        ("http://10.0.0.1/v1", False),
        ("http://localhost.example/v1", False),
        ("https://api.example/v1", False),
    ],
)
def test_only_this_machine_is_asked_unless_the_operator_names_another(url: str, here: bool) -> None:
    assert on_loopback(url) is here
    assert LoadClient(url, elsewhere=True).url == url
    if not here:
        with pytest.raises(OperatorError, match="only this machine"):
            LoadClient(url)


async def test_customers_of_an_open_loop_do_not_wait_for_each_other() -> None:
    """The first is answered only once the last has come."""
    last = asyncio.Event()

    async def send(number: int) -> int:
        if number == 2:
            last.set()
        await last.wait()
        return number

    assert list(await open_loop([0.0, 0.001, 0.002], send)) == [0, 1, 2]
