"""Listening until told to stop, and stopping so that what has begun can end."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from dragoman.nouns.errors import OperatorError
from dragoman.serving.arrival import BoundedHead

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def bind(host: str, port: int) -> socket.socket:
    """Take the address and return a listening socket; port 0 takes a free one.

    Raises:
        OperatorError: the address is taken, or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except (OSError, OverflowError) as error:
        taken.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise OperatorError(
            f"Cannot listen on {host}:{port} ({reason}). Choose another port or stop what uses it."
        ) from error
    taken.listen(2048)
    taken.setblocking(False)
    return taken


class _Server(uvicorn.Server):
    """uvicorn, telling when it takes connections, and when it is about to wait for the last of them.

    uvicorn raises a signal once more when it has drained, which would end the process before the rooms that
    stand behind the application are closed; so signals are handled here.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        on_listening: Callable[[], None],
        on_stopping: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._on_listening = on_listening
        self._on_stopping = on_stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections."""
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop at SIGTERM and SIGINT, and at once at the second of them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def stop(self) -> None:
        """Tell the application and take no more connections; the second time, wait for nothing."""
        self.force_exit = self.should_exit
        if not self.should_exit:
            self._on_stopping()
        self.should_exit = True


async def listen(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    drain_seconds: float,
    on_listening: Callable[[int], None] | None = None,
    on_stopping: Callable[[], None] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve `app` until SIGTERM, SIGINT or `stop`; open requests then have `drain_seconds` to end.

    `on_listening` is called with the port once connections are taken, `on_stopping` at the signal, in the loop.
    Signals are only handled in the main thread; elsewhere `stop` ends the serving.

    Raises:
        OperatorError: the address cannot be had.
    """
    taken = bind(host, port)
    bound = taken.getsockname()[1]
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=max(1, round(drain_seconds)),
        timeout_keep_alive=30,
        http=BoundedHead,
        lifespan="on",
    )
    server = _Server(config, lambda: on_listening and on_listening(bound), on_stopping or (lambda: None))
    ender = asyncio.create_task(_end_at(stop, server)) if stop is not None else None
    try:
        await server.serve(sockets=[taken])
    finally:
        taken.close()
        if ender is not None:
            ender.cancel()
            with suppress(asyncio.CancelledError):
                await ender


async def _end_at(stop: asyncio.Event, server: _Server) -> None:
    await stop.wait()
    server.stop()
