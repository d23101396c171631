"""How much a connection may send, and how slowly, before it has made a request. uvicorn waits for ever."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024
"""Request line and headers; what arrives in one read of the socket with their end is not counted."""
HEAD_SECONDS = 20.0

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedHead(HttpToolsProtocol):
    """Closes a connection whose request's head is endless, or does not come within `head_seconds`."""

    head_seconds = HEAD_SECONDS
    _due: asyncio.TimerHandle | None = None
    _in_head = True
    _only_head = True
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._head_came()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Wait for the rest of the head."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """Begin the request."""
        self._in_head = self._only_head = False
        self._head_came()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the request; what comes now is the next head."""
        self._in_head = True
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Read on, up to the limit."""
        self._only_head = self._in_head
        super().data_received(data)
        # A part in which a head ends is not counted: it was read already.
        self._head_bytes = self._head_bytes + len(data) if self._only_head else 0
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()
        if self._in_head and self._idle() and self.timeout_keep_alive_task is None:
            self._await_head()  # blank lines, too, must lead to a request

    def _idle(self) -> bool:
        return not self.cycle or self.cycle.response_complete

    def _await_head(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(self.head_seconds, self._overdue)

    def _head_came(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _overdue(self) -> None:
        self._due = None
        if self._idle():
            self.transport.close()
        else:
            self._await_head()  # the request before it is still being answered
