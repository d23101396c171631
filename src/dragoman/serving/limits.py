"""What a server takes in: so many bytes, within so many seconds. Plain ASGI, so that disconnects stay visible.

uvicorn has neither limit; without them one slow or endless request holds a place for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Refuse = Callable[[int, str, Scope, Receive, Send], Awaitable[None]]
"""Writes the refusal: status, a stable code, and the ASGI triple."""


@dataclass(slots=True)
class _Breach:
    """Whether a request went over a limit, and which."""

    status: int = 0
    code: str = ""

    def __bool__(self) -> bool:
        return bool(self.status)

    def note(self, status: int, code: str) -> Message:
        """Note it, and return what the application is told: that nothing more will come."""
        self.status, self.code = status, code
        return {"type": "http.disconnect"}


async def plain_refusal(status: int, code: str, _scope: Scope, _receive: Receive, send: Send) -> None:
    """Refuse with the code as plain text; servers with an error format of their own pass another `Refuse`."""
    body = code.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Guard:
    """Wraps `receive` for the length of one request, and answers a breach in the application's place.

    The application hears that the client has gone, whatever it then says is not sent: raising through it
    instead would have each framework answer in its own way.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse = plain_refusal) -> None:
        self.app = app
        self.refuse = refuse

    def watch(self, receive: Receive, scope: Scope, breach: _Breach) -> Receive:
        """Return a `receive` that notes a breach."""
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        breach = _Breach()
        begun = False

        async def send_unless_refused(message: Message) -> None:
            nonlocal begun
            if begun or not breach:
                begun = True
                await send(message)

        try:
            await self.app(scope, self.watch(receive, scope, breach), send_unless_refused)
        except Exception:
            if begun or not breach:
                raise
        if breach and not begun:
            await _discard(receive)
            await self.refuse(breach.status, breach.code, scope, receive, send)


LINGER_SECONDS = 0.5


async def _discard(receive: Receive) -> None:
    """Read on for a moment: a connection closed with bytes unread is reset, and the client never sees why."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            message = await receive()
            while message["type"] == "http.request" and message.get("more_body", False):
                message = await receive()


class BodyLimit(_Guard):
    """Refuses with 413 `body_too_large` what announces or sends more than `max_bytes`."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, refuse: Refuse = plain_refusal) -> None:
        super().__init__(app, refuse)
        self.max_bytes = max_bytes

    def watch(self, receive: Receive, scope: Scope, breach: _Breach) -> Receive:
        """Return a `receive` that counts."""
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        too_large = announced.isdigit() and int(announced) > self.max_bytes
        received = 0

        async def counted() -> Message:
            nonlocal received
            if too_large:
                return breach.note(413, "body_too_large")
            message = await receive()
            received += len(message.get("body", b""))
            return message if received <= self.max_bytes else breach.note(413, "body_too_large")

        return counted


class ByPath:
    """Serves what lies below a path otherwise than all the rest."""

    def __init__(self, app: ASGIApp, *, prefix: str, below: ASGIApp) -> None:
        self._app = app
        self._prefix = prefix
        self._below = below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        apart = scope["type"] == "http" and scope["path"].startswith(f"{self._prefix}/")
        await (self._below if apart else self._app)(scope, receive, send)


class ReceiveDeadline(_Guard):
    """Refuses with 408 `request_timeout` a body that has not arrived whole within `seconds`."""

    def __init__(self, app: ASGIApp, *, seconds: float, refuse: Refuse = plain_refusal) -> None:
        super().__init__(app, refuse)
        self.seconds = seconds

    def watch(self, receive: Receive, scope: Scope, breach: _Breach) -> Receive:  # noqa: ARG002 - for siblings
        """Return a `receive` that is hurried until the body is whole; afterwards it waits as long as it likes."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self.seconds
        whole = False

        async def hurried() -> Message:
            nonlocal whole
            if whole:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, due - loop.time()))
            except TimeoutError:
                return breach.note(408, "request_timeout")
            whole = not message.get("more_body", False)
            return message

        return hurried
