"""What has passed goes out as it passes: a turn's progress as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from dragoman.nouns.progress import Delta, Done, Failed, LanguageDecided, PassagesFound, Progress
from dragoman.nouns.records import citation_record
from dragoman.serving.streams import HEADERS, KEEP_ALIVE, MEDIA_TYPE, sse_json
from dragoman.web.records import done_record, language_record

KEEP_ALIVE_SECONDS = 10.0


def event_of(progress: Progress, locale: str) -> bytes:
    """Return one step of a turn as a server-sent event."""
    match progress:
        case LanguageDecided(message_id, turn_id, decision):
            record = {**language_record(decision, locale), "message_id": message_id, "turn_id": turn_id}
            return sse_json(record, event="language")
        case PassagesFound(citations):
            return sse_json({"citations": [citation_record(one) for one in citations]}, event="passages")
        case Delta(text):
            return sse_json({"text": text}, event="delta")
        case Done(reply):
            return sse_json(done_record(reply, locale), event="done")
        case Failed(code, text, language, retry_after):
            data = {"code": code, "text": text, "language_code": language}
            waiting = {} if retry_after is None else {"retry_after": retry_after}
            return sse_json({**data, **waiting}, event="error")


class EventStream(StreamingResponse):
    """Server-sent events with signs of life between them; however the response ends, what wrote them is closed."""

    def __init__(self, events: AsyncGenerator[bytes]) -> None:
        self._events = kept_alive(events)
        super().__init__(self._events, 200, HEADERS, MEDIA_TYPE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until they end or the client goes."""
        async with aclosing(self._events):
            await super().__call__(scope, receive, send)


async def stream(progress: AsyncGenerator[Progress], locale: str) -> AsyncGenerator[bytes]:
    """Yield a turn's progress as bytes."""
    async with aclosing(progress):
        async for step in progress:
            yield event_of(step, locale)


async def ending(progress: AsyncGenerator[Progress], request: Request) -> Done | Failed:
    """Return how a turn ends, for answers that are given whole.

    Raises:
        ClientDisconnect: whoever asked is gone, and no longer counts as a listener.
    """
    reading = asyncio.create_task(_last(progress))
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({reading, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            raise ClientDisconnect
        return reading.result()
    finally:
        reading.cancel()
        gone.cancel()
        await asyncio.wait({reading, gone})


async def _last(progress: AsyncGenerator[Progress]) -> Done | Failed:
    async with aclosing(progress):
        async for step in progress:
            if isinstance(step, Done | Failed):
                return step
    raise AssertionError("a turn ends with Done or Failed")


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def kept_alive(
    events: AsyncGenerator[bytes], seconds: float = KEEP_ALIVE_SECONDS
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
            await asyncio.wait({upcoming})
        await events.aclose()


async def _next(events: AsyncIterator[bytes]) -> bytes | None:
    return await anext(events, None)
