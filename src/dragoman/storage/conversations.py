"""Conversations in PostgreSQL."""

import asyncio
import hmac
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any

from dragoman.nouns.errors import (
    ConversationEndedError,
    ConversationUnknownError,
    StorageUnavailableError,
    TurnSupersededError,
)
from dragoman.nouns.event import Conversation, Event, EventKind, Status
from dragoman.nouns.ids import ConversationId, TurnId, new_conversation_id
from dragoman.nouns.message import CustomerMessage, Reply
from dragoman.nouns.records import message_record, reply_record
from dragoman.storage.migrate import migrate
from dragoman.storage.news import Follower, News
from dragoman.storage.pool import Database, DuplicateRowError, Row
from dragoman.storage.queries import load
from dragoman.storage.text import digest, json_text, storable

_SQL = load("conversations.sql")
# Conversations ended or erased in one transaction: each holds its locks for some ten milliseconds at most.
_BATCH = 500
_PAGE = 1000
_AGAIN_SECONDS = 0.5
_LARGEST_SEQ = 2**63 - 1
_OTHERS = frozenset(EventKind) - {EventKind.CUSTOMER_MESSAGE, EventKind.REPLY}


@asynccontextmanager
async def open_conversations(url: str, *, connections: int) -> AsyncGenerator["PostgresConversations"]:
    """Bring the database at `url` up to date and open it; leaving the context closes it.

    Args:
        url: `postgresql://...`, PostgreSQL 15 or newer.
        connections: the most that are opened; one more listens.

    Raises:
        StorageUnavailableError: it cannot be reached.
        OperatorError: it is not one that this program can use; the message says why.
    """
    await asyncio.to_thread(migrate, url)
    database = Database(url, connections=connections)
    news = News(database, _SQL)
    await database.open()
    news.open()
    try:
        yield PostgresConversations(database, news)
    finally:
        await news.close()
        await database.close()


class PostgresConversations:
    """`dragoman.storage.base.Conversations` on PostgreSQL. Every call is one statement, rarely two."""

    def __init__(self, database: Database, news: News) -> None:
        self._database = database
        self._news = news

    async def begin(self, *, channel: str, token: str | None = None) -> Conversation:
        """See the base."""
        values = {"id": new_conversation_id(), "channel": storable(channel), "token_hash": digest(token)}
        return _conversation((await self._rows("begin", values))[0])

    async def get(self, conversation_id: ConversationId) -> Conversation:
        """See the base."""
        rows = await self._rows("get", {"id": storable(conversation_id)})
        if not rows:
            raise ConversationUnknownError
        return _conversation(rows[0])

    async def owns(self, conversation_id: ConversationId, token: str) -> bool:
        """See the base."""
        rows = await self._rows("token_hash", {"id": storable(conversation_id)})
        kept = rows[0]["token_hash"] if rows else None
        return hmac.compare_digest(kept or b"", digest(token) or b"")

    async def accept(self, message: CustomerMessage) -> Event:
        """See the base."""
        values = {
            "id": storable(message.conversation_id),
            "turn_id": storable(message.turn_id),
            "client_hash": digest(message.client_id),
            "data": json_text(message_record(message)),
        }
        try:
            rows = await self._rows("accept", values)
        except DuplicateRowError:  # the same message, by another connection at the same moment
            rows = []
        if rows:
            return self._appended(rows[0])
        before = await self._rows("accepted_before", values)
        if not before:
            raise ConversationUnknownError
        if before[0]["seq"] is None:
            raise ConversationEndedError
        return _event(before[0])

    async def revive(self, conversation_id: ConversationId, turn_id: TurnId) -> bool:
        """See the base."""
        values = {"id": storable(conversation_id), "turn_id": storable(turn_id)}
        return bool(await self._rows("revive", values))

    async def finish(self, reply: Reply) -> Event:
        """See the base."""
        values = {
            "id": storable(reply.conversation_id),
            "turn_id": storable(reply.turn_id),
            "language": storable(reply.decision.language),
            "data": json_text(reply_record(reply)),
        }
        rows = await self._rows("finish", values)
        if not rows:
            await self.get(reply.conversation_id)
            raise TurnSupersededError
        return self._appended(rows[0])

    async def fail(
        self, conversation_id: ConversationId, turn_id: TurnId, *, code: str, language: str
    ) -> None:
        """See the base."""
        values = {
            "id": storable(conversation_id),
            "turn_id": storable(turn_id),
            "data": json_text({"code": code, "language": language}),
        }
        for row in await self._rows("fail", values):
            self._appended(row)

    async def append(
        self,
        conversation_id: ConversationId,
        kind: EventKind,
        data: Mapping[str, Any],
        turn_id: TurnId | None = None,
    ) -> Event:
        """See the base. Raises `ValueError` for a kind that has a call of its own, and for an unknown status."""
        if kind not in _OTHERS:
            raise ValueError(f"{kind.value} is not appended by itself")
        if kind is EventKind.STATUS_CHANGED:
            Status(data["status"])
        values = {
            "id": storable(conversation_id),
            "turn_id": None if turn_id is None else storable(turn_id),
            "kind": kind.value,
            "data": json_text(data),
        }
        rows = await self._rows("append", values)
        if not rows:
            raise ConversationUnknownError
        return self._appended(rows[0])

    async def events(
        self, conversation_id: ConversationId, *, after: int = 0, limit: int = _PAGE
    ) -> Sequence[Event]:
        """See the base."""
        values = {"id": storable(conversation_id), "after": min(after, _LARGEST_SEQ), "limit": limit}
        return _log(await self._rows("events", values))

    async def latest(
        self, conversation_id: ConversationId, *, before: int | None = None, limit: int
    ) -> Sequence[Event]:
        """See the base."""
        below = _LARGEST_SEQ if before is None else min(before, _LARGEST_SEQ)
        values = {"id": storable(conversation_id), "before": below, "limit": limit}
        return _log(await self._rows("latest_events", values))

    @asynccontextmanager
    async def follow(
        self, conversation_id: ConversationId, *, after: int = 0
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        """See the base. A lost database is waited for; when the conversation is erased the iteration ends.

        Raises, on entering: `ConversationUnknownError`, `StorageUnavailableError`.
        """
        with self._news.follower(conversation_id, after) as follower:
            there = await self.events(conversation_id, after=after)
            async with aclosing(self._following(conversation_id, there, follower)) as events:
                yield events

    async def erase(self, conversation_id: ConversationId) -> bool:
        """See the base."""
        rows = await self._rows("erase", {"id": storable(conversation_id)})
        if rows:
            self._news.tell(conversation_id)
        return bool(rows)

    async def end_idle(self, idle: timedelta) -> int:
        """See the base."""
        ended = 0
        while rows := await self._rows("end_idle", {"idle": idle, "limit": _BATCH}):
            ended += len(rows)
            for row in rows:
                self._news.tell(ConversationId(row["conversation_id"]), row["seq"])
        return ended

    async def erase_older_than(self, age: timedelta) -> int:
        """See the base."""
        erased = 0
        while rows := await self._rows("erase_older_than", {"age": age, "limit": _BATCH}):
            erased += len(rows)
            for row in rows:
                self._news.tell(ConversationId(row["id"]))
        return erased

    async def ready(self) -> bool:
        """See the base."""
        return await self._database.ready()

    async def _following(
        self, conversation_id: ConversationId, events: Sequence[Event], follower: Follower
    ) -> AsyncGenerator[Event]:
        while True:
            for event in events:
                follower.seen = event.seq
                yield event
            if len(events) < _PAGE:
                await follower.news.wait()
            follower.news.clear()
            try:
                events = await self.events(conversation_id, after=follower.seen)
            except ConversationUnknownError:
                return
            except StorageUnavailableError:
                events = ()
                await asyncio.sleep(_AGAIN_SECONDS)
                follower.news.set()

    async def _rows(self, name: str, values: Mapping[str, Any]) -> list[Row]:
        return await self._database.rows(_SQL[name], values)

    def _appended(self, row: Row) -> Event:
        event = _event(row)
        self._news.tell(event.conversation_id, event.seq)
        return event


def _log(rows: Sequence[Row]) -> list[Event]:
    """Return the events of a conversation, which has a row even where it has none."""
    if not rows:
        raise ConversationUnknownError
    return [_event(row) for row in rows if row["seq"] is not None]


def _event(row: Row) -> Event:
    turn_id = row["turn_id"]
    return Event(
        conversation_id=ConversationId(row["conversation_id"]),
        seq=row["seq"],
        kind=EventKind(row["kind"]),
        turn_id=None if turn_id is None else TurnId(turn_id),
        at=row["at"],
        data=row["data"],
    )


def _conversation(row: Row) -> Conversation:
    fields: dict[str, Any] = {**row, "status": Status(row["status"])}
    return Conversation(**fields)
