"""What every implementation of `dragoman.storage.base.Conversations` does. Subclass, and give the fixture."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dragoman.nouns.errors import ConversationEndedError, ConversationUnknownError, TurnSupersededError
from dragoman.nouns.event import Event, EventKind, Status
from dragoman.nouns.ids import (
    ConversationId,
    MessageId,
    TurnId,
    new_conversation_id,
    new_message_id,
    new_turn_id,
)
from dragoman.nouns.language import DecidedBy, LanguageDecision
from dragoman.nouns.message import Citation, CustomerMessage, Reply, Source
from dragoman.nouns.records import reply_of
from dragoman.storage.base import Conversations

NOTHING = timedelta(0)
LONG = timedelta(days=1)
MINE = "a-secret-that-is-mine"
PATIENCE = 30.0
"""Seconds after which something that should have come is taken not to come."""


def message_to(
    conversation_id: ConversationId, text: str = "Où est mon colis ?", client_id: str | None = None
) -> CustomerMessage:
    """Return a message of a turn of its own."""
    return CustomerMessage(new_message_id(), conversation_id, new_turn_id(), text, client_id)


def reply_to(message: CustomerMessage, text: str = "Il arrive demain.") -> Reply:
    """Return a French reply to `message`."""
    return Reply(
        id=new_message_id(),
        conversation_id=message.conversation_id,
        turn_id=message.turn_id,
        text=text,
        decision=LanguageDecision("fr", 0.98, DecidedBy.WORDS),
        source=Source.GENERATED,
        model="qwen2.5-0.5b-instruct",
        citations=(Citation("delivery.md", "Livraison", "https://shop.example/livraison"),),
        first_word_seconds=0.25,
        seconds=1.5,
    )


async def kinds(conversations: Conversations, conversation_id: ConversationId) -> list[EventKind]:
    """Return the kinds of the events of a log, having checked that their `seq` has no gaps."""
    events = await conversations.events(conversation_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return [event.kind for event in events]


async def following(events: AsyncIterator[Event]) -> Event:
    """Return the next event of a log that is followed."""
    async with asyncio.timeout(PATIENCE):
        return await anext(events)


class ConversationsContract:
    """The contract. A subclass has a fixture `conversations` that yields an empty implementation."""

    async def test_begins_empty(self, conversations: Conversations) -> None:
        """A new conversation waits for the bot, and its log is empty."""
        begun = await conversations.begin(channel="chat")
        assert begun == await conversations.get(begun.id)
        assert (begun.channel, begun.status) == ("chat", Status.BOT)
        assert (begun.language, begun.chosen_language, begun.live_turn) == (None, None, None)
        assert begun.started_at.tzinfo is not None
        assert await kinds(conversations, begun.id) == []

    async def test_token_proves_ownership(self, conversations: Conversations) -> None:
        """Only the token it was begun with owns a conversation; without one, nobody does."""
        mine = await conversations.begin(channel="api", token=MINE)
        nobodys = await conversations.begin(channel="chat")
        assert await conversations.owns(mine.id, MINE)
        assert not await conversations.owns(mine.id, "yours")
        assert not await conversations.owns(mine.id, "")
        assert not await conversations.owns(nobodys.id, "")
        assert not await conversations.owns(new_conversation_id(), MINE)

    async def test_accept_makes_a_turn_live(self, conversations: Conversations) -> None:
        """The message is in the log and its turn is the live one."""
        begun = await conversations.begin(channel="chat")
        message = message_to(begun.id, client_id="a")
        event = await conversations.accept(message)
        assert (event.seq, event.kind, event.turn_id) == (1, EventKind.CUSTOMER_MESSAGE, message.turn_id)
        assert event.data["text"] == message.text
        assert event.data["message_id"] == message.id
        now = await conversations.get(begun.id)
        assert now.live_turn == message.turn_id
        assert now.last_at == event.at >= begun.started_at

    async def test_same_client_id_is_the_same_message(self, conversations: Conversations) -> None:
        """A repeated message appends nothing, whatever else it says, in its conversation only."""
        begun = await conversations.begin(channel="chat")
        first = await conversations.accept(message_to(begun.id, client_id="a"))
        again = await conversations.accept(message_to(begun.id, "other words", client_id="a"))
        assert again == first
        assert await kinds(conversations, begun.id) == [EventKind.CUSTOMER_MESSAGE]
        other = await conversations.begin(channel="chat")
        assert (await conversations.accept(message_to(other.id, client_id="a"))).conversation_id == other.id

    async def test_same_client_id_at_once(self, conversations: Conversations) -> None:
        """Ten deliveries of one message at the same moment make one event."""
        begun = await conversations.begin(channel="chat")
        events = await asyncio.gather(
            *(conversations.accept(message_to(begun.id, client_id="a")) for _ in range(10))
        )
        assert len({event.turn_id for event in events}) == 1
        assert await kinds(conversations, begun.id) == [EventKind.CUSTOMER_MESSAGE]

    async def test_newer_message_supersedes(self, conversations: Conversations) -> None:
        """The older turn is marked, can no longer end in a reply or a failure, and cannot be revived."""
        begun = await conversations.begin(channel="chat")
        older, newer = message_to(begun.id), message_to(begun.id)
        await conversations.accept(older)
        event = await conversations.accept(newer)
        assert event.turn_id == newer.turn_id
        assert await kinds(conversations, begun.id) == [
            EventKind.CUSTOMER_MESSAGE,
            EventKind.TURN_SUPERSEDED,
            EventKind.CUSTOMER_MESSAGE,
        ]
        superseded = (await conversations.events(begun.id))[1]
        assert superseded.turn_id == older.turn_id
        assert superseded.data["by"] == newer.turn_id
        with pytest.raises(TurnSupersededError):
            await conversations.finish(reply_to(older))
        await conversations.fail(begun.id, older.turn_id, code="engine_failed", language="fr")
        assert not await conversations.revive(begun.id, older.turn_id)
        assert len(await kinds(conversations, begun.id)) == 3

    async def test_finish_frees_the_turn(self, conversations: Conversations) -> None:
        """The reply is in the log as it was given, its language on the conversation; a second one is refused."""
        begun = await conversations.begin(channel="chat")
        message = message_to(begun.id)
        await conversations.accept(message)
        reply = reply_to(message)
        event = await conversations.finish(reply)
        assert (event.seq, event.kind, event.turn_id) == (2, EventKind.REPLY, message.turn_id)
        assert reply_of(event.data, conversation_id=begun.id, turn_id=message.turn_id) == reply
        now = await conversations.get(begun.id)
        assert (now.language, now.live_turn) == ("fr", None)
        with pytest.raises(TurnSupersededError):
            await conversations.finish(reply)
        assert not await conversations.revive(begun.id, message.turn_id)
        assert len(await kinds(conversations, begun.id)) == 2

    async def test_failed_turn_is_revived(self, conversations: Conversations) -> None:
        """A turn that failed can be taken up again, once nothing came after it."""
        begun = await conversations.begin(channel="chat")
        message = message_to(begun.id)
        await conversations.accept(message)
        await conversations.fail(begun.id, message.turn_id, code="engine_failed", language="fr")
        failed = (await conversations.events(begun.id))[1]
        assert (failed.kind, failed.turn_id) == (EventKind.TURN_FAILED, message.turn_id)
        assert failed.data == {"code": "engine_failed", "language": "fr"}
        assert (await conversations.get(begun.id)).live_turn is None
        with pytest.raises(TurnSupersededError):
            await conversations.finish(reply_to(message))
        assert await conversations.revive(begun.id, message.turn_id)
        assert (await conversations.get(begun.id)).live_turn == message.turn_id
        await conversations.finish(reply_to(message))
        assert (await kinds(conversations, begun.id))[-1] is EventKind.REPLY

    async def test_live_turn_of_a_desk_that_died_is_revived(self, conversations: Conversations) -> None:
        """A turn that is still the live one can be taken up by another desk."""
        begun = await conversations.begin(channel="chat")
        message = message_to(begun.id)
        await conversations.accept(message)
        assert await conversations.revive(begun.id, message.turn_id)
        assert not await conversations.revive(begun.id, new_turn_id())
        assert not await conversations.revive(new_conversation_id(), message.turn_id)

    async def test_failed_turn_is_not_revived_after_a_later_one(self, conversations: Conversations) -> None:
        """A later turn holds even when it, too, has ended."""
        begun = await conversations.begin(channel="chat")
        older, newer = message_to(begun.id), message_to(begun.id)
        await conversations.accept(older)
        await conversations.fail(begun.id, older.turn_id, code="engine_failed", language="fr")
        await conversations.accept(newer)
        assert not await conversations.revive(begun.id, older.turn_id)
        await conversations.finish(reply_to(newer))
        assert not await conversations.revive(begun.id, older.turn_id)

    async def test_ended_conversation_takes_no_message(self, conversations: Conversations) -> None:
        """Nothing new is accepted or revived; a repeated message is still known."""
        begun = await conversations.begin(channel="chat")
        message = message_to(begun.id, client_id="a")
        first = await conversations.accept(message)
        await conversations.fail(begun.id, message.turn_id, code="engine_failed", language="fr")
        await conversations.append(begun.id, EventKind.STATUS_CHANGED, {"status": "resolved"})
        assert (await conversations.get(begun.id)).status is Status.RESOLVED
        with pytest.raises(ConversationEndedError):
            await conversations.accept(message_to(begun.id))
        assert await conversations.accept(message) == first
        assert not await conversations.revive(begun.id, message.turn_id)

    async def test_unknown_conversation(self, conversations: Conversations) -> None:
        """What needs a conversation says so when there is none."""
        unknown = new_conversation_id()
        message = message_to(unknown)
        with pytest.raises(ConversationUnknownError):
            await conversations.get(unknown)
        with pytest.raises(ConversationUnknownError):
            await conversations.accept(message)
        with pytest.raises(ConversationUnknownError):
            await conversations.finish(reply_to(message))
        with pytest.raises(ConversationUnknownError):
            await conversations.append(unknown, EventKind.FEEDBACK, {"vote": "up"})
        with pytest.raises(ConversationUnknownError):
            await conversations.events(unknown)
        with pytest.raises(ConversationUnknownError):
            async with conversations.follow(unknown):
                pass
        await conversations.fail(unknown, message.turn_id, code="engine_failed", language="fr")
        assert not await conversations.erase(unknown)

    async def test_latest_events(self, conversations: Conversations) -> None:
        """The end of a log is read backward page by page, each page in order."""
        begun = await conversations.begin(channel="chat")
        for number in range(5):
            await conversations.append(begun.id, EventKind.FEEDBACK, {"number": number})
        for before, seqs in ((None, [3, 4, 5]), (3, [1, 2]), (1, []), (10**30, [3, 4, 5])):
            assert [one.seq for one in await conversations.latest(begun.id, before=before, limit=3)] == seqs
        with pytest.raises(ConversationUnknownError):
            await conversations.latest(new_conversation_id(), limit=3)

    async def test_append_changes_the_conversation(self, conversations: Conversations) -> None:
        """A choice of language and a status are events, and hold from then on."""
        begun = await conversations.begin(channel="chat")
        await conversations.append(begun.id, EventKind.LANGUAGE_CHOSEN, {"language": "ur"})
        assert (await conversations.get(begun.id)).chosen_language == "ur"
        await conversations.append(begun.id, EventKind.LANGUAGE_CHOSEN, {"language": None})
        assert (await conversations.get(begun.id)).chosen_language is None
        await conversations.append(begun.id, EventKind.STATUS_CHANGED, {"status": "waiting"})
        turn_id = new_turn_id()
        vote = await conversations.append(
            begun.id, EventKind.FEEDBACK, {"vote": "up", "score": 0.5, "tags": [1, None]}, turn_id
        )
        assert (vote.seq, vote.turn_id) == (4, turn_id)
        assert vote.data == {"vote": "up", "score": 0.5, "tags": [1, None]}
        now = await conversations.get(begun.id)
        assert (now.status, now.chosen_language) == (Status.WAITING, None)

    async def test_append_refuses_what_has_a_call_of_its_own(self, conversations: Conversations) -> None:
        """Messages, replies and unknown statuses do not come in by this door."""
        begun = await conversations.begin(channel="chat")
        for kind in (EventKind.CUSTOMER_MESSAGE, EventKind.REPLY):
            with pytest.raises(ValueError, match="not appended"):
                await conversations.append(begun.id, kind, {})
        with pytest.raises(ValueError, match="sleeping"):
            await conversations.append(begun.id, EventKind.STATUS_CHANGED, {"status": "sleeping"})
        assert await kinds(conversations, begun.id) == []

    async def test_events_after_and_limit(self, conversations: Conversations) -> None:
        """A log is read in pages."""
        begun = await conversations.begin(channel="chat")
        for number in range(5):
            await conversations.append(begun.id, EventKind.FEEDBACK, {"number": number})
        page = await conversations.events(begun.id, after=1, limit=2)
        assert [event.seq for event in page] == [2, 3]
        assert [event.data["number"] for event in page] == [1, 2]
        assert await conversations.events(begun.id, after=5) == []
        assert await conversations.events(begun.id, after=10**30) == []
        assert len(await conversations.events(begun.id, after=-(10**30))) == 5

    async def test_seq_has_no_gaps_under_pressure(self, conversations: Conversations) -> None:
        """Many writers of one conversation: every event has its place, times follow, one turn at most is live."""
        begun = await conversations.begin(channel="chat")

        async def turn(number: int) -> None:
            message = message_to(begun.id, client_id=str(number % 15))
            event = await conversations.accept(message)
            assert event.turn_id is not None
            try:
                await conversations.finish(reply_to(replace(message, turn_id=event.turn_id)))
            except TurnSupersededError:
                await conversations.append(begun.id, EventKind.FEEDBACK, {"number": number})

        await asyncio.gather(*(turn(number) for number in range(30)))
        happened = await kinds(conversations, begun.id)
        events = await conversations.events(begun.id)
        assert happened.count(EventKind.CUSTOMER_MESSAGE) == 15
        assert happened.count(EventKind.REPLY) + happened.count(EventKind.TURN_SUPERSEDED) == 15
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert (await conversations.get(begun.id)).live_turn is None

    async def test_odd_text_is_kept(self, conversations: Conversations) -> None:
        """Texts that a database cannot hold as they are come back with the odd characters marked, never an error."""
        begun = await conversations.begin(channel="chat", token=(odd_token := "\x00\ud800"))
        assert await conversations.owns(begun.id, odd_token)
        assert not await conversations.owns(begun.id, "\ufffd\ufffd")
        odd = "a\x00b \ud83d c \\u0000 \udc00"
        event = await conversations.accept(message_to(begun.id, odd, client_id="\x00" + "x" * 100_000))
        assert event.data["text"] == "a\ufffdb \ufffd c \\u0000 \ufffd"
        again = await conversations.accept(message_to(begun.id, odd, client_id="\x00" + "x" * 100_000))
        assert again == event
        data: dict[str, Any] = {"k\x00": ["\ud800", {"deep": "\x00"}], "long": "ab" * 100_000}
        stored = await conversations.append(begun.id, EventKind.FEEDBACK, data, TurnId("\x00"))
        assert stored.data == {
            "k\ufffd": ["\ufffd", {"deep": "\ufffd"}],
            "long": "ab" * 100_000,
        }
        message = message_to(begun.id)
        await conversations.accept(message)
        reply = replace(reply_to(message, "x\x00\ud800"), model="m\x00", id=MessageId("\x00"))
        assert (await conversations.finish(reply)).data["reply"] == "x\ufffd\ufffd"
        with pytest.raises(ConversationUnknownError):
            await conversations.get(ConversationId("\x00\ud800"))

    async def test_follow_tells_what_is_there_and_what_comes(self, conversations: Conversations) -> None:
        """Following begins after the given event and goes on as the log grows."""
        begun = await conversations.begin(channel="chat")
        for number in range(3):
            await conversations.append(begun.id, EventKind.FEEDBACK, {"number": number})
        async with conversations.follow(begun.id, after=1) as events:
            assert [(await following(events)).seq for _ in range(2)] == [2, 3]
            waiting = asyncio.ensure_future(following(events))
            message = message_to(begun.id)
            await conversations.accept(message)
            assert (await waiting).kind is EventKind.CUSTOMER_MESSAGE
            await conversations.finish(reply_to(message))
            assert (await following(events)).kind is EventKind.REPLY

    async def test_followers_miss_nothing(self, conversations: Conversations) -> None:
        """Several followers of one log, which grows meanwhile, each hear all of it in order."""
        begun = await conversations.begin(channel="chat")

        async def follow() -> list[int]:
            async with conversations.follow(begun.id) as events:
                return [(await following(events)).seq for _ in range(40)]

        followers = [asyncio.create_task(follow()) for _ in range(5)]
        for start in range(0, 40, 10):
            appends = (
                conversations.append(begun.id, EventKind.FEEDBACK, {"number": n})
                for n in range(start, start + 10)
            )
            await asyncio.gather(*appends)
        for heard in await asyncio.gather(*followers):
            assert heard == list(range(1, 41))

    async def test_follower_of_an_erased_conversation_is_let_go(self, conversations: Conversations) -> None:
        """Erasing ends the iteration."""
        begun = await conversations.begin(channel="chat")
        async with conversations.follow(begun.id) as events:
            waiting = asyncio.ensure_future(following(events))
            await conversations.erase(begun.id)
            with pytest.raises(StopAsyncIteration):
                await waiting

    async def test_erase(self, conversations: Conversations) -> None:
        """Nothing is left of an erased conversation; others stay."""
        begun = await conversations.begin(channel="chat", token=MINE)
        other = await conversations.begin(channel="chat")
        await conversations.accept(message_to(begun.id))
        await conversations.accept(message_to(other.id))
        assert await conversations.erase(begun.id)
        assert not await conversations.erase(begun.id)
        with pytest.raises(ConversationUnknownError):
            await conversations.events(begun.id)
        assert not await conversations.owns(begun.id, MINE)
        assert await kinds(conversations, other.id) == [EventKind.CUSTOMER_MESSAGE]

    async def test_end_idle(self, conversations: Conversations) -> None:
        """What has been idle is resolved, once, by an event."""
        begun = await conversations.begin(channel="chat")
        await conversations.accept(message_to(begun.id))
        assert await conversations.end_idle(LONG) == 0
        assert await conversations.end_idle(NOTHING) == 1
        assert await conversations.end_idle(NOTHING) == 0
        assert (await conversations.get(begun.id)).status is Status.RESOLVED
        last = (await conversations.events(begun.id))[-1]
        assert (last.kind, last.data) == (EventKind.STATUS_CHANGED, {"status": "resolved"})

    async def test_erase_older_than(self, conversations: Conversations) -> None:
        """What is older than its time is gone, ended or not."""
        first = await conversations.begin(channel="chat")
        await conversations.accept(message_to(first.id))
        second = await conversations.begin(channel="chat")
        assert await conversations.erase_older_than(LONG) == 0
        assert await conversations.erase_older_than(NOTHING) == 2
        for gone in (first.id, second.id):
            with pytest.raises(ConversationUnknownError):
                await conversations.get(gone)

    async def test_ready(self, conversations: Conversations) -> None:
        """It gives a sign of life."""
        assert await conversations.ready()
