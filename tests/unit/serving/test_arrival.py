"""What a connection may send, and how slowly, before there is a request."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dragoman.serving.arrival import BoundedHead
from dragoman.testing.loopback import loopback


async def hello(_request):
    return PlainTextResponse("hello")


async def measured(request):
    return PlainTextResponse(f"{len(await request.body())} bytes")


APP = Starlette(routes=[Route("/", hello), Route("/", measured, methods=["POST"])])
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n"


@asynccontextmanager
async def connection(monkeypatch, *, seconds=30.0):
    monkeypatch.setattr(BoundedHead, "head_seconds", seconds)
    async with loopback(APP) as url:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        yield reader, writer
        writer.close()


async def rest(reader):
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("sent", [b"", b"GET /", REQUEST + b"X-Slow: "])
async def test_a_request_that_does_not_come_is_not_waited_for(monkeypatch, sent):
    async with connection(monkeypatch, seconds=0.2) as (reader, writer):
        writer.write(sent)
        assert await rest(reader) == b""


async def test_a_request_that_trickles_in_is_not_waited_for(monkeypatch):
    async with connection(monkeypatch, seconds=0.3) as (reader, writer):
        ended = asyncio.create_task(rest(reader))
        while not ended.done():
            writer.write(b"G")
            await asyncio.wait({ended}, timeout=0.02)
        assert b"200 OK" not in ended.result()


@pytest.mark.parametrize("start", [b"GET /", REQUEST + b"X-Long: "])
async def test_a_head_without_end_is_refused(monkeypatch, start):
    async with connection(monkeypatch) as (reader, writer):
        writer.write(start)
        ended = asyncio.create_task(rest(reader))
        sent = 0
        while not ended.done() and sent < 50_000_000:
            writer.write(b"a" * 10_000)
            sent += 10_000
            await asyncio.wait({ended}, timeout=0.001)
        assert sent < 1_000_000
        assert b"200 OK" not in ended.result()


async def test_many_headers_are_refused_when_they_are_long_together(monkeypatch):
    async with connection(monkeypatch) as (reader, writer):
        writer.write(REQUEST)
        for number in range(40_000):
            writer.write(b"X-%d: yes yes yes\r\n" % number)
        writer.write(b"\r\n")
        # The answer may be lost: a connection closed with bytes unread is reset.
        assert (await rest(reader))[:12] in (b"HTTP/1.1 431", b"")


async def test_a_slow_answer_is_not_cut_by_the_head_that_follows_it(monkeypatch):
    told = asyncio.Event()

    async def slow(_request):
        await told.wait()
        return PlainTextResponse("slow")

    monkeypatch.setattr(BoundedHead, "head_seconds", 0.05)
    async with loopback(Starlette(routes=[Route("/", slow)])) as url:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(REQUEST + b"\r\nGET /")
        asyncio.get_running_loop().call_later(0.3, told.set)
        assert (await rest(reader)).endswith(b"slow")
        writer.close()


async def test_every_request_of_a_connection_has_its_own_head(monkeypatch):
    async with connection(monkeypatch, seconds=1.0) as (reader, writer):
        for _ in range(5):
            writer.write(REQUEST + b"X-Long: " + b"a" * 30_000 + b"\r\n\r\n")
            answer = await asyncio.wait_for(reader.readuntil(b"hello"), 20)
            assert b"200 OK" in answer


async def test_a_body_is_no_part_of_the_head(monkeypatch):
    async with connection(monkeypatch) as (reader, writer):
        for _ in range(3):
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + b"a" * 200_000)
            await asyncio.wait_for(reader.readuntil(b"200000 bytes"), 20)


async def test_blank_lines_are_no_request(monkeypatch):
    async with connection(monkeypatch, seconds=0.2) as (reader, writer):
        writer.write(REQUEST + b"\r\n")
        await asyncio.wait_for(reader.readuntil(b"hello"), 20)
        writer.write(b"\r\n")
        assert await rest(reader) == b""
