"""What the desk asks of its memory of conversations."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, Protocol

from dragoman.nouns.event import Conversation, Event, EventKind
from dragoman.nouns.ids import ConversationId, TurnId
from dragoman.nouns.message import CustomerMessage, Reply


class Conversations(Protocol):
    """Conversations and their logs. Every write is durable when its call returns.

    Every implementation passes `dragoman.testing.conversations_contract`.
    All calls raise `StorageUnavailableError` when the database cannot be reached.
    """

    async def begin(self, *, channel: str, token: str | None = None) -> Conversation:
        """Begin a conversation; of `token`, the caller's proof of ownership, only a hash is kept."""
        ...

    async def get(self, conversation_id: ConversationId) -> Conversation:
        """Return it as it stands. Raises `ConversationUnknownError`."""
        ...

    async def owns(self, conversation_id: ConversationId, token: str) -> bool:
        """Tell, in constant time, whether `token` is the one the conversation was begun with."""
        ...

    async def accept(self, message: CustomerMessage) -> Event:
        """Append the customer's message and make its turn the live one.

        A turn that was live before is marked superseded by an event of its own, in the same transaction.
        A message whose `client_id` the conversation already has appends nothing; its first event is returned.

        Raises:
            ConversationUnknownError: there is none.
            ConversationEndedError: its status is `resolved`.
        """
        ...

    async def revive(self, conversation_id: ConversationId, turn_id: TurnId) -> bool:
        """Make a turn without a reply live again, also one left live by a desk that died.

        False when it has a reply, another turn is live or came later, or the conversation has ended.
        """
        ...

    async def finish(self, reply: Reply) -> Event:
        """Append the reply of the live turn, note its language on the conversation, and free it.

        Raises:
            TurnSupersededError: the turn is no longer the live one; nothing is appended.
            ConversationUnknownError: the conversation was erased meanwhile.
        """
        ...

    async def fail(
        self, conversation_id: ConversationId, turn_id: TurnId, *, code: str, language: str
    ) -> None:
        """Append that the turn failed with this error's code, if it is still the live one."""
        ...

    async def append(
        self,
        conversation_id: ConversationId,
        kind: EventKind,
        data: Mapping[str, Any],
        turn_id: TurnId | None = None,
    ) -> Event:
        """Append an event that is neither a message nor a reply.

        `language.chosen` (`{"language": code or None}`) and `status.changed` (`{"status": ...}`)
        change the conversation too. Raises `ConversationUnknownError`.
        """
        ...

    async def events(
        self, conversation_id: ConversationId, *, after: int = 0, limit: int = 1000
    ) -> Sequence[Event]:
        """Return events with a `seq` above `after`, in order. Raises `ConversationUnknownError`."""
        ...

    async def latest(
        self, conversation_id: ConversationId, *, before: int | None = None, limit: int
    ) -> Sequence[Event]:
        """Return the last `limit` events with a `seq` below `before`, in order. Raises `ConversationUnknownError`."""
        ...

    def follow(
        self, conversation_id: ConversationId, *, after: int = 0
    ) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """Follow the log live: what is there above `after`, then what is appended by any desk, until left."""
        ...

    async def erase(self, conversation_id: ConversationId) -> bool:
        """Remove the conversation and its whole log; False when there was none."""
        ...

    async def end_idle(self, idle: timedelta) -> int:
        """Mark `resolved` those without an event for `idle`; return how many."""
        ...

    async def erase_older_than(self, age: timedelta) -> int:
        """Erase those whose last event is older than `age`; return how many."""
        ...

    async def ready(self) -> bool:
        """Ask the database quickly (within a second) for a sign of life. Never raises."""
        ...
