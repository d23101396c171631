"""Server-sent events (WHATWG HTML, section 9.2): their form on the wire."""

import json
from collections.abc import Mapping
from typing import Any

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


# Some clients (those that read lines as Python's `splitlines` does) take these for the end of a line, too.
_LIKE_LINE_BREAKS = str.maketrans({char: f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"})


def sse_json(data: Mapping[str, Any], *, event: str, id: str | None = None) -> bytes:
    """Return one event whose data is a JSON object, on one line whatever a client takes for a line."""
    return sse(json.dumps(data, ensure_ascii=False).translate(_LIKE_LINE_BREAKS), event=event, id=id)
