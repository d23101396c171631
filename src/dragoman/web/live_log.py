"""Following a conversation's log as it grows."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import suppress

from dragoman.nouns.event import Event
from dragoman.nouns.ids import ConversationId
from dragoman.serving.streams import sse
from dragoman.web.desk import Desk
from dragoman.web.records import event_record


async def live_log(desk: Desk, conversation_id: ConversationId, *, after: int) -> AsyncGenerator[bytes]:
    """Yield the events above `after` as server-sent events, then new ones, until the desk stops."""
    stopping = asyncio.create_task(desk.stopping.wait())
    try:
        async with desk.conversations.follow(conversation_id, after=after) as events:
            while True:
                upcoming = asyncio.ensure_future(anext(events))
                await asyncio.wait({upcoming, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not upcoming.done():
                    upcoming.cancel()
                    with suppress(asyncio.CancelledError):
                        await upcoming
                    return
                yield _event(upcoming.result(), desk.locale)
    finally:
        stopping.cancel()


def _event(event: Event, locale: str) -> bytes:
    record = json.dumps(event_record(event, locale), ensure_ascii=False)
    return sse(record, event=event.kind.value, id=str(event.seq))
