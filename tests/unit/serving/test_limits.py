"""Limits on what a server takes in, over real sockets."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from dragoman.nouns.errors import OperatorError
from dragoman.serving.limits import BodyLimit, ReceiveDeadline
from dragoman.serving.listen import bind, listen
from dragoman.serving.streams import sse
from dragoman.testing.loopback import loopback


async def echo(request):
    return PlainTextResponse(str(len(await request.body())))


async def raw(url, request):
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return answer


@pytest.fixture
async def limited():
    app = Starlette(routes=[Route("/", echo, methods=["POST"])])
    guarded = BodyLimit(ReceiveDeadline(app, seconds=0.3), max_bytes=1000)
    async with loopback(guarded) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


async def test_a_body_within_the_limit_passes(limited):
    response = await limited.post("/", content=b"x" * 1000)
    assert (response.status_code, response.text) == (200, "1000")


async def test_an_announced_body_over_the_limit_is_refused(limited):
    response = await limited.post("/", content=b"x" * 1001)
    assert (response.status_code, response.text) == (413, "body_too_large")


async def test_a_body_that_grows_over_the_limit_is_refused(limited):
    async def endless():
        for _ in range(300):
            yield b"x" * 10

    response = await limited.post("/", content=endless())
    assert (response.status_code, response.text) == (413, "body_too_large")


async def test_a_body_that_does_not_come_is_refused(limited):
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"
    answer = await raw(str(limited.base_url).rstrip("/"), request)
    assert b" 408 " in answer.split(b"\r\n", 1)[0]
    assert answer.endswith(b"request_timeout")


async def test_the_deadline_ends_with_the_body_and_not_with_the_answer():
    waited = asyncio.Event()

    async def slow(request):
        await request.body()

        async def parts():
            yield b"first"
            disconnected = asyncio.create_task(request.receive())
            done, _ = await asyncio.wait({disconnected}, timeout=0.5)
            disconnected.cancel()
            yield b"" if done else b" second"
            waited.set()

        return StreamingResponse(parts())

    app = ReceiveDeadline(Starlette(routes=[Route("/", slow, methods=["POST"])]), seconds=0.2)
    async with loopback(app) as url, httpx.AsyncClient() as client:
        response = await client.post(url, content=b"x")
    assert response.text == "first second"
    assert waited.is_set()


async def test_a_taken_port_is_told_in_one_line():
    taken = bind("127.0.0.1", 0)
    port = taken.getsockname()[1]
    try:
        with pytest.raises(OperatorError, match=f"Cannot listen on 127.0.0.1:{port}"):
            await listen(echo, host="127.0.0.1", port=port, drain_seconds=1)
    finally:
        taken.close()


async def test_stopping_lets_an_answer_end():
    begun = asyncio.Event()
    told = asyncio.Event()

    async def slow(_request):
        async def parts():
            yield b"one "
            begun.set()
            await told.wait()
            yield b"two"

        return StreamingResponse(parts())

    listening = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    app = Starlette(routes=[Route("/", slow)])
    server = asyncio.create_task(
        listen(
            app,
            host="127.0.0.1",
            port=0,
            drain_seconds=10,
            on_listening=listening.set_result,
            on_stopping=told.set,
            stop=stop,
        )
    )
    async with httpx.AsyncClient() as client:
        asking = asyncio.create_task(client.get(f"http://127.0.0.1:{await listening}/"))
        await begun.wait()
        stop.set()
        assert (await asking).text == "one two"
    await server


def test_an_event_keeps_its_line_breaks():
    assert sse("a\nb\r\nc", event="delta", id="7") == b"event: delta\nid: 7\ndata: a\ndata: b\ndata: c\n\n"
