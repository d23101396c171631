"""What `deploy/nginx` holds back, and what it does not: on a real nginx, before servers that do as the test says.

Deadlines are shortened in a copy of the files, which fails where a file no longer says what is replaced. Each test would
wait for a minute, nginx's own deadline, if the one that is configured did not hold: longer than its patience.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, closing, contextmanager

import pytest

from dragoman.testing.engine_contract import until
from dragoman.testing.pytest_nginx import RunNginx, addresses, free_ports
from dragoman.testing.upstreams import Arrival, full, hanging, holding

PATIENCE = 40.0
MEGABYTE = 1 << 20
# More than the buffers of any connection take, so that somebody has to read.
MUCH = 24 * MEGABYTE

DESKS, ENGINES = "desks.conf", "engines.conf"
ADDRESSES = {
    DESKS: ("listen 80;", "10.0.0.11:5000", "10.0.0.12:5000"),
    ENGINES: ("listen 10.0.0.10:8080;", "10.0.0.21:8080", "10.0.0.22:8080"),
}
CONVERSATION = "/api/v1/conversations/c-1/messages"
COMPLETIONS = "/v1/chat/completions"
KNOWLEDGE = "/api/v1/knowledge/documents"

Behind = Callable[..., AbstractContextManager[int]]
files = pytest.mark.parametrize("file", [DESKS, ENGINES])
streams = pytest.mark.parametrize(
    ("file", "path"), [(DESKS, CONVERSATION), (DESKS, COMPLETIONS), (ENGINES, COMPLETIONS)]
)


@pytest.fixture
def behind(run_nginx: RunNginx) -> Behind:
    """Return what runs nginx on one file, all its servers at one port, and yields the port where it listens."""

    @contextmanager
    def running(file: str, upstream: int, changed: Mapping[str, str] | None = None) -> Generator[int]:
        (port,) = free_ports(1)
        listen, *servers = ADDRESSES[file]
        said = {listen: f"listen 127.0.0.1:{port};"} | dict.fromkeys(servers, f"127.0.0.1:{upstream}")
        with run_nginx({file: said | dict(changed or {})}, [port]):
            yield port

    return running


def soon(deadline: str) -> dict[str, str]:
    """Return the replacement of a directive and its deadline, "send_timeout 30s", by one that comes soon."""
    return {f" {deadline};": f" {deadline.split()[0]} 500ms;"}


@asynccontextmanager
async def connected(
    port: int, said: bytes, address: str = "127.0.0.1"
) -> AsyncGenerator[asyncio.StreamReader]:
    """Connect, say it, and give what comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    try:
        writer.write(said)
        yield reader
    finally:
        writer.transport.abort()


def head(method: str, path: str, length: int = 0) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: desk\r\nContent-Length: {length}\r\n\r\n".encode()


async def status(reader: asyncio.StreamReader) -> int:
    return int((await reader.readline()).split()[1])


def answered(arrival: Arrival, body: bytes = b"") -> None:
    """Answer as servers of the old kind do, whose answers end with their connections."""
    arrival.answer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
    arrival.answer.close()


async def write_on(arrival: Arrival) -> None:
    while True:
        arrival.answer.write(b"data: word\n\n" * 10_000)
        await arrival.answer.drain()


@streams
async def test_words_go_on_as_they_come(behind: Behind, file: str, path: str) -> None:
    """From any server: ours asks nginx for it in a header, those of others may not, and may announce no pieces."""
    async with asyncio.timeout(PATIENCE), holding() as server:
        with behind(file, server.port) as port:
            async with connected(port, head("POST", path)) as reader:
                arrival = await server.arrivals.get()
                arrival.answer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
                for word in (b"data: one", b"data: two", b"data: three"):
                    arrival.answer.write(word)
                    await reader.readuntil(word)  # before the next one is written


@files
@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        ("client_header_timeout 10s", head("POST", COMPLETIONS)[:-4]),
        ("client_body_timeout 20s", head("POST", COMPLETIONS, 10) + b"half"),
    ],
)
async def test_who_does_not_end_a_request_is_left(
    behind: Behind, file: str, deadline: str, said: bytes
) -> None:
    async with asyncio.timeout(PATIENCE), holding() as server:
        with behind(file, server.port, soon(deadline)) as port:
            async with connected(port, said) as reader:
                await reader.read()
        assert server.arrivals.empty(), "nobody behind it has been bothered"


@streams
async def test_who_does_not_read_is_left(behind: Behind, file: str, path: str) -> None:
    async with asyncio.timeout(PATIENCE), holding() as server:
        with (
            behind(file, server.port, soon("send_timeout 30s")) as port,
            closing(socket.create_connection(("127.0.0.1", port))) as client,
        ):
            client.sendall(head("POST", path))
            arrival = await server.arrivals.get()
            arrival.answer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            with pytest.raises(ConnectionError):
                await write_on(arrival)


@files
async def test_a_server_that_takes_no_connections_is_given_up(behind: Behind, file: str) -> None:
    with full() as taken:
        async with asyncio.timeout(PATIENCE):
            with behind(file, taken, soon("proxy_connect_timeout 2s")) as port:
                async with connected(port, head("POST", COMPLETIONS)) as reader:
                    assert await status(reader) == 504


@pytest.mark.parametrize(
    ("file", "path", "deadline", "limit"),
    [
        (DESKS, CONVERSATION, "proxy_send_timeout 20s", "1m"),
        (DESKS, KNOWLEDGE, "proxy_send_timeout 300s", "50m"),
        (ENGINES, COMPLETIONS, "proxy_send_timeout 20s", "8m"),
    ],
)
async def test_a_server_that_takes_no_body_is_given_up(
    behind: Behind, file: str, path: str, deadline: str, limit: str
) -> None:
    larger = {f"client_max_body_size {limit};": "client_max_body_size 32m;"}
    with hanging() as server:
        async with asyncio.timeout(PATIENCE):
            with behind(file, server, soon(deadline) | larger) as port:
                async with connected(port, head("POST", path, MUCH) + bytes(MUCH)) as reader:
                    assert await status(reader) == 504


@pytest.mark.parametrize(
    ("file", "path", "deadline"),
    [
        (DESKS, CONVERSATION, "proxy_read_timeout 75s"),
        (DESKS, KNOWLEDGE, "proxy_read_timeout 300s"),
        (ENGINES, COMPLETIONS, "proxy_read_timeout 60s"),
    ],
)
async def test_a_server_that_says_nothing_is_given_up(
    behind: Behind, file: str, path: str, deadline: str
) -> None:
    with hanging() as server:
        async with asyncio.timeout(PATIENCE):
            with behind(file, server, soon(deadline)) as port:
                async with connected(port, head("POST", path)) as reader:
                    assert await status(reader) == 504


@pytest.mark.parametrize(
    ("file", "path", "most"),
    [(DESKS, "/chat", 1), (DESKS, CONVERSATION, 1), (DESKS, KNOWLEDGE, 50), (ENGINES, COMPLETIONS, 8)],
)
async def test_bodies_have_a_limit(behind: Behind, file: str, path: str, most: int) -> None:
    async with asyncio.timeout(PATIENCE), holding() as server:
        with behind(file, server.port) as port:
            async with connected(port, head("POST", path, most * MEGABYTE + 1)) as reader:
                assert await status(reader) == 413
            async with connected(port, head("POST", path, most * MEGABYTE) + bytes(most * MEGABYTE)):
                assert (await server.arrivals.get()).head.startswith(b"POST ")


async def test_what_makes_work_is_counted_by_address(behind: Behind) -> None:
    """Thirty at once, and then as fast as time allows: here by the minute, so that none is allowed meanwhile."""
    async with asyncio.timeout(PATIENCE), holding() as server:

        async def answer_all() -> None:
            while True:
                answered(await server.arrivals.get())

        answering = asyncio.create_task(answer_all())
        with behind(DESKS, server.port, {" rate=5r/s;": " rate=1r/m;"}) as port:

            async def ask(method: str, path: str, address: str = "127.0.0.1") -> int:
                async with connected(port, head(method, path), address) as reader:
                    return await status(reader)

            asked = [await ask("POST", "/chat") for _ in range(33)]
            assert asked == [200] * 31 + [429] * 2
            assert await ask("POST", CONVERSATION) == 429, "whatever the way in"
            assert await ask("GET", "/") == 200, "reading makes no work"
            assert await ask("POST", KNOWLEDGE) == 200, "who has the key is known"
            for other in addresses()[:1]:
                assert await ask("POST", "/chat", other) == 200
        answering.cancel()


async def test_open_connections_are_counted_by_address(behind: Behind) -> None:
    async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
        server = await stack.enter_async_context(holding())
        port = stack.enter_context(behind(DESKS, server.port))

        async def ask(address: str = "127.0.0.1") -> asyncio.Task[int]:
            reader = await stack.enter_async_context(connected(port, head("GET", "/"), address))
            return asyncio.create_task(status(reader))

        asked = [await ask() for _ in range(205)]
        held = [await server.arrivals.get() for _ in range(200)]
        await until(lambda: sum(one.done() for one in asked) == 5)
        for other in addresses()[:1]:
            asked.append(await ask(other))
            held.append(await server.arrivals.get())
        for arrival in held:
            answered(arrival)
        statuses = await asyncio.gather(*asked)
        assert sorted(statuses) == [200] * len(held) + [429] * 5
