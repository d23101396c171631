"""What an OpenAI-compatible server writes while it streams: lines, and the chunks in them."""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

from dragoman.engines.base import FinishReason, Usage
from dragoman.nouns.errors import EngineInterruptedError

# A chunk holds a word or two; a server that writes this much without a line break writes something else.
MAX_LINE_BYTES = 1_000_000
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one event of the stream adds to a reply."""

    text: str = ""
    model: str | None = None
    finish_reason: FinishReason | None = None
    usage: Usage | None = None


async def lines(parts: AsyncIterator[bytes]) -> AsyncGenerator[str]:
    """Yield the lines of a stream, which only line feeds end: U+2028 and its like are text.

    Raises:
        EngineInterruptedError: a line is longer than `MAX_LINE_BYTES`.
    """
    rest = b""
    async for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace").removesuffix("\r")
        if len(rest) > MAX_LINE_BYTES:
            raise EngineInterruptedError("the engine sent a line without end")
    if rest:
        yield rest.decode(errors="replace")


def chunk_of(data: str) -> Chunk:
    """Read one chunk.

    Raises:
        EngineInterruptedError: it is not one, or it says that the server failed.
    """
    try:
        return _chunk(json.loads(data))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise EngineInterruptedError("the engine sent what is no chunk of a reply") from error


def _chunk(data: Any) -> Chunk:
    if "error" in data:
        raise EngineInterruptedError("the engine reported an error in the middle of its reply")
    choices: list[dict[str, Any]] = data.get("choices") or []
    reasons = [choice.get("finish_reason") for choice in choices]
    model = data.get("model")
    return Chunk(
        text="".join(_text(choice) for choice in choices),
        model=model if isinstance(model, str) else None,
        finish_reason=next((_finish(reason) for reason in reasons if reason), None),
        usage=_usage(data.get("usage")),
    )


def _text(choice: dict[str, Any]) -> str:
    delta: dict[str, Any] = choice.get("delta") or {}
    # Half a surrogate pair, which some servers write where they cut an emoji, is nothing that could be sent on.
    return _SURROGATE.sub("\ufffd", delta.get("content") or "")


def _finish(reason: Any) -> FinishReason:
    return "length" if reason == "length" else "stop"


def _usage(usage: Any) -> Usage | None:
    """Return the counts, or None where they cannot be read: they are not worth a reply."""
    if not isinstance(usage, dict):
        return None
    counts = cast(dict[str, Any], usage)
    prompt, completion = counts.get("prompt_tokens"), counts.get("completion_tokens")
    return Usage(prompt, completion) if isinstance(prompt, int) and isinstance(completion, int) else None
