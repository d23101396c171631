"""A server on a free loopback port for the length of a test."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from dragoman.serving.listen import listen


@asynccontextmanager
async def loopback(app: ASGIApp, *, drain_seconds: float = 1.0) -> AsyncGenerator[str]:
    """Serve `app` on 127.0.0.1 and yield its address, `http://127.0.0.1:PORT`; leaving the context stops it."""
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    server = asyncio.create_task(
        listen(
            app,
            host="127.0.0.1",
            port=0,
            drain_seconds=drain_seconds,
            on_listening=listening.set_result,
            stop=stop,
        )
    )
    try:
        await asyncio.wait({listening, server}, return_when=asyncio.FIRST_COMPLETED)
        if server.done():
            await server
        yield f"http://127.0.0.1:{await listening}"
    finally:
        stop.set()
        await server
