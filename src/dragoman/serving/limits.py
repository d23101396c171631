"""What a server takes in: so many bytes, within so many seconds. Plain ASGI, so that disconnects stay visible.

uvicorn has neither limit; without them one slow or endless request holds a place for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Refuse = Callable[[int, str, Scope, Receive, Send], Awaitable[None]]
"""Writes the refusal: status, a stable code, and the ASGI triple."""


class _Stop(Exception):  # noqa: N818 - never seen outside this file; it unwinds the application inside
    def __init__(self, status: int, code: str) -> None:
        self.status = status
        self.code = code


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
    """Wraps `receive` for the length of one request and turns a breach into a refusal, if nothing was sent yet."""

    def __init__(self, app: ASGIApp, refuse: Refuse = plain_refusal) -> None:
        self.app = app
        self.refuse = refuse

    def watch(self, receive: Receive, scope: Scope) -> Receive:
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, self.watch(receive, scope), send_and_note)
        except _Stop as stop:
            if begun:
                raise
            await self.refuse(stop.status, stop.code, scope, receive, send)


class BodyLimit(_Guard):
    """Refuses with 413 `body_too_large` what announces or sends more than `max_bytes`."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, refuse: Refuse = plain_refusal) -> None:
        super().__init__(app, refuse)
        self.max_bytes = max_bytes

    def watch(self, receive: Receive, scope: Scope) -> Receive:
        """Return a `receive` that counts."""
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        taken = int(announced) if announced.isdigit() else 0

        received = 0

        async def counted() -> Message:
            nonlocal received
            if taken > self.max_bytes:
                raise _Stop(413, "body_too_large")
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise _Stop(413, "body_too_large")
            return message

        return counted


class ReceiveDeadline(_Guard):
    """Refuses with 408 `request_timeout` a body that has not arrived whole within `seconds`."""

    def __init__(self, app: ASGIApp, *, seconds: float, refuse: Refuse = plain_refusal) -> None:
        super().__init__(app, refuse)
        self.seconds = seconds

    def watch(self, receive: Receive, scope: Scope) -> Receive:  # noqa: ARG002 - the scope is for siblings
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
                raise _Stop(408, "request_timeout") from None
            whole = not message.get("more_body", False)
            return message

        return hurried
