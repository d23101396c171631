"""PostgreSQL keeps the contract of `Conversations`, and several desks on one database keep it together."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from dragoman.nouns.event import EventKind
from dragoman.storage.base import Conversations
from dragoman.storage.conversations import open_conversations
from dragoman.testing.conversations_contract import (
    MINE,
    ConversationsContract,
    following,
    kinds,
    message_to,
    reply_to,
)

pytestmark = pytest.mark.database


class TestPostgresConversations(ConversationsContract):
    @pytest.fixture
    async def conversations(self, database_url: str) -> AsyncIterator[Conversations]:
        async with open_conversations(database_url, connections=5) as opened:
            yield opened


@pytest.fixture
async def desks(database_url: str) -> AsyncIterator[tuple[Conversations, Conversations]]:
    async with (
        open_conversations(database_url, connections=2) as here,
        open_conversations(database_url, connections=2) as there,
    ):
        yield here, there


async def test_one_desk_follows_what_another_appends(desks: tuple[Conversations, Conversations]) -> None:
    here, there = desks
    begun = await here.begin(channel="chat")
    message = message_to(begun.id)
    async with there.follow(begun.id) as events:
        await here.accept(message)
        assert (await following(events)).kind is EventKind.CUSTOMER_MESSAGE
        await here.finish(reply_to(message))
        assert (await following(events)).kind is EventKind.REPLY


async def test_erasing_is_real(database_url: str, desks: tuple[Conversations, Conversations]) -> None:
    here, _ = desks
    begun = await here.begin(channel="chat")
    await here.accept(message_to(begun.id))
    assert len(await kinds(here, begun.id)) == 1
    await here.erase(begun.id)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM conversation").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (0,)


async def test_a_token_is_not_kept(database_url: str, desks: tuple[Conversations, Conversations]) -> None:
    here, _ = desks
    await here.begin(channel="chat", token=MINE)
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT conversation::text FROM conversation").fetchone()
    assert row is not None
    assert MINE not in row[0]
