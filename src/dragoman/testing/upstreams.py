"""Servers behind a proxy that do no more than a test has them do, for what the proxy does then."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request whose head has come: the head, what else comes, and where its answer is written."""

    head: bytes
    body: asyncio.StreamReader
    answer: asyncio.StreamWriter


@dataclass(frozen=True, slots=True)
class Upstream:
    """A server that holds every request until the test answers it."""

    port: int
    arrivals: asyncio.Queue[Arrival] = field(default_factory=asyncio.Queue[Arrival])


@asynccontextmanager
async def holding() -> AsyncGenerator[Upstream]:
    """Listen on a free port of loopback; leaving the context breaks off what is held."""
    arrivals: asyncio.Queue[Arrival] = asyncio.Queue()
    taken: list[asyncio.StreamWriter] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(writer)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return
        arrivals.put_nowait(Arrival(head, reader, writer))

    server = await asyncio.start_server(take, "127.0.0.1", 0, backlog=512)
    try:
        yield Upstream(server.sockets[0].getsockname()[1], arrivals)
    finally:
        server.close()
        for writer in taken:
            writer.transport.abort()


@contextmanager
def hanging() -> Generator[int]:
    """Yield the port of a process that hangs: connections are made, what they send is neither read nor answered."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        yield listener.getsockname()[1]


@contextmanager
def full() -> Generator[int]:
    """Yield a port where connections are not even made: so many wait to be taken that there is room for no more."""
    with ExitStack() as stack:
        listener = stack.enter_context(closing(socket.socket()))
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        # How many there is room for is each system's own affair.
        with suppress(TimeoutError):
            while True:
                stack.enter_context(closing(socket.create_connection(address, timeout=0.3)))
        yield address[1]
