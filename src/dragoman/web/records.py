"""How conversations look from outside: the records of interfaces, events and streams."""

from typing import Any

from dragoman.languages.registry import language, name_in
from dragoman.nouns.event import Conversation, Event, EventKind
from dragoman.nouns.language import LanguageDecision
from dragoman.nouns.message import Reply
from dragoman.nouns.records import reply_record


def chat_record(reply: Reply, locale: str) -> dict[str, Any]:
    """Return the answer of `POST /chat`."""
    record = reply_record(reply)
    return {
        "reply": reply.text,
        "language": name_in(reply.decision.language, locale),
        "language_code": reply.decision.language,
        "model": reply.model,
        "conversation_id": reply.conversation_id,
        "message_id": record["message_id"],
        "source": record["source"],
        "citations": record["citations"],
    }


def done_record(reply: Reply, locale: str) -> dict[str, Any]:
    """Return the whole record of a reply: the `done` event of a stream."""
    return {
        **with_language(reply_record(reply), locale),
        "turn_id": reply.turn_id,
        "conversation_id": reply.conversation_id,
    }


def with_language(record: dict[str, Any], locale: str) -> dict[str, Any]:
    """Add a language's name and direction to a record that has its code."""
    code = record["language_code"]
    return {**record, "language": name_in(code, locale), "direction": language(code).direction}


def language_record(decision: LanguageDecision, locale: str) -> dict[str, Any]:
    """Return the `language` event of a stream."""
    record = with_language({"language_code": decision.language}, locale)
    own = language(decision.language).own
    confidence = round(decision.confidence, 4)
    return {**record, "own_name": own, "confidence": confidence, "decided_by": decision.decided_by.value}


def conversation_record(conversation: Conversation) -> dict[str, Any]:
    """Return a conversation without its log."""
    return {
        "conversation_id": conversation.id,
        "status": conversation.status.value,
        "language_code": conversation.language,
        "chosen_language": conversation.chosen_language,
        "started_at": conversation.started_at.isoformat(),
        "last_at": conversation.last_at.isoformat(),
    }


def event_record(event: Event, locale: str) -> dict[str, Any]:
    """Return one line of a conversation's log."""
    data = dict(event.data)
    if event.kind is EventKind.REPLY:
        data = with_language(data, locale)
    return {
        "seq": event.seq,
        "kind": event.kind.value,
        "turn_id": event.turn_id,
        "at": event.at.isoformat(),
        "data": data,
    }
