"""Server-sent events (WHATWG HTML, section 9.2): their form on the wire."""

MEDIA_TYPE = "text/event-stream"
# Proxies must pass each event on at once: nginx reads the second, others the first.
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
# A comment, ignored by every client; keeps idle connections from being closed on the way.
KEEP_ALIVE = b": keep-alive\n\n"


def sse(data: str, *, event: str | None = None, id: str | None = None) -> bytes:
    r"""Return one event as bytes.

    `data` may have line breaks (each line gets its own field); `event` and `id` must not.

    >>> sse('{"a": 1}', event="delta")
    b'event: delta\ndata: {"a": 1}\n\n'
    """
    head = "".join(
        f"{name}: {value}\n" for name, value in (("event", event), ("id", id)) if value is not None
    )
    body = "".join(f"data: {line}\n" for line in data.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return f"{head}{body}\n".encode()
