"""Following a conversation's log as it grows."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from dragoman.nouns.event import Event
from dragoman.nouns.ids import ConversationId
from dragoman.serving.streams import sse_json
from dragoman.web.desk import Desk
from dragoman.web.records import event_record


async def live_log(desk: Desk, conversation_id: ConversationId, *, after: int) -> AsyncGenerator[bytes]:
    """Yield the events above `after` as server-sent events, then new ones, until the desk stops."""
    stopping = asyncio.create_task(desk.stopping.wait())
    try:
        async with desk.conversations.follow(conversation_id, after=after) as events:
            while (event := await _next_unless(stopping, events)) is not None:
                yield _event(event, desk.locale)
    finally:
        stopping.cancel()


async def _next_unless(stopping: asyncio.Task[Any], events: AsyncIterator[Event]) -> Event | None:
    """Return the next event, or None when there is none or the desk stops first."""
    upcoming = asyncio.create_task(_next(events))
    try:
        await asyncio.wait({upcoming, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return upcoming.result() if upcoming.done() else None
    finally:
        # Waited for, since a generator that still runs cannot be closed.
        upcoming.cancel()
        await asyncio.wait({upcoming})


async def _next(events: AsyncIterator[Event]) -> Event | None:
    return await anext(events, None)


def _event(event: Event, locale: str) -> bytes:
    return sse_json(event_record(event, locale), event=event.kind.value, id=str(event.seq))
