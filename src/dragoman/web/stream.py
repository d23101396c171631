"""What has passed goes out as it passes: a turn's progress as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress

from dragoman.nouns.progress import Delta, Done, Failed, LanguageDecided, PassagesFound, Progress
from dragoman.serving.streams import KEEP_ALIVE, sse_json
from dragoman.web.records import done_record, language_record

KEEP_ALIVE_SECONDS = 10.0


def event_of(progress: Progress, locale: str) -> bytes:
    """Return one step of a turn as a server-sent event."""
    match progress:
        case LanguageDecided(message_id, turn_id, decision):
            record = {**language_record(decision, locale), "message_id": message_id, "turn_id": turn_id}
            return sse_json(record, event="language")
        case PassagesFound(citations):
            found = [{"document": c.document, "title": c.title, "url": c.url} for c in citations]
            return sse_json({"citations": found}, event="passages")
        case Delta(text):
            return sse_json({"text": text}, event="delta")
        case Done(reply):
            return sse_json(done_record(reply, locale), event="done")
        case Failed(code, text, language, retry_after):
            data = {"code": code, "text": text, "language_code": language}
            waiting = {} if retry_after is None else {"retry_after": retry_after}
            return sse_json({**data, **waiting}, event="error")


async def stream(progress: AsyncGenerator[Progress], locale: str) -> AsyncGenerator[bytes]:
    """Yield a turn's progress as bytes."""
    async with aclosing(progress):
        async for step in progress:
            yield event_of(step, locale)


async def kept_alive(
    events: AsyncIterator[bytes], seconds: float = KEEP_ALIVE_SECONDS
) -> AsyncGenerator[bytes]:
    """Yield `events`, and a comment whenever nothing has come for so long, so that no proxy closes the line."""
    upcoming: asyncio.Task[bytes | None] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.ensure_future(_next(events))
            ready, _ = await asyncio.wait({upcoming}, timeout=seconds)
            if not ready:
                yield KEEP_ALIVE
                continue
            event, upcoming = upcoming.result(), None
            if event is None:
                return
            yield event
    finally:
        if upcoming is not None:
            upcoming.cancel()
            with suppress(asyncio.CancelledError):
                await upcoming


async def _next(events: AsyncIterator[bytes]) -> bytes | None:
    return await anext(events, None)
