"""What happens in a conversation is a log of events, only ever appended to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dragoman.nouns.ids import ConversationId, TurnId


class Status(StrEnum):
    """Who a conversation waits for."""

    BOT = "bot"
    WAITING = "waiting"
    HUMAN = "human"
    RESOLVED = "resolved"


class EventKind(StrEnum):
    """What an event of the log records."""

    CUSTOMER_MESSAGE = "message.customer"
    REPLY = "message.reply"
    TURN_FAILED = "turn.failed"
    TURN_SUPERSEDED = "turn.superseded"
    LANGUAGE_CHOSEN = "language.chosen"
    STATUS_CHANGED = "status.changed"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a conversation's log; `seq` counts from 1 without gaps within the conversation.

    `data` is plain JSON; its keys by kind stand in `docs/reference/events.md`.
    """

    conversation_id: ConversationId
    seq: int
    kind: EventKind
    turn_id: TurnId | None
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it stands: a summary of its log.

    Attributes:
        channel: the way in by which it began, `chat` or `api`.
        language: the language of the last decision, the prior of the next; None before the first.
        chosen_language: the language the customer picked, which holds until picked otherwise.
        live_turn: the turn that may still append a reply; None when nothing is being answered.
        started_at, last_at: its first and its latest event's time.
    """

    id: ConversationId
    channel: str
    status: Status
    language: str | None
    chosen_language: str | None
    live_turn: TurnId | None
    started_at: datetime
    last_at: datetime
