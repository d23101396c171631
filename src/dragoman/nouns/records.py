"""Messages and replies as the plain JSON that the log keeps; the one place that knows its keys."""

from collections.abc import Mapping
from typing import Any

from dragoman.nouns.ids import ConversationId, MessageId, TurnId
from dragoman.nouns.language import DecidedBy, LanguageDecision
from dragoman.nouns.message import Citation, CustomerMessage, Reply, Source


def message_record(message: CustomerMessage) -> dict[str, Any]:
    """Return the data of a `message.customer` event."""
    return {"message_id": message.id, "text": message.text, "client_id": message.client_id}


def reply_record(reply: Reply) -> dict[str, Any]:
    """Return the data of a `message.reply` event."""
    return {
        "message_id": reply.id,
        "reply": reply.text,
        "language_code": reply.decision.language,
        "confidence": round(reply.decision.confidence, 4),
        "decided_by": reply.decision.decided_by.value,
        "source": reply.source.value,
        "model": reply.model,
        "reason": reply.reason,
        "citations": [citation_record(one) for one in reply.citations],
        "first_word_seconds": None
        if reply.first_word_seconds is None
        else round(reply.first_word_seconds, 4),
        "seconds": round(reply.seconds, 4),
    }


def reply_of(data: Mapping[str, Any], *, conversation_id: ConversationId, turn_id: TurnId) -> Reply:
    """Return the reply that a `message.reply` event records; what the log does not keep is left at its default."""
    return Reply(
        id=MessageId(data["message_id"]),
        conversation_id=conversation_id,
        turn_id=turn_id,
        text=data["reply"],
        decision=LanguageDecision(data["language_code"], data["confidence"], DecidedBy(data["decided_by"])),
        source=Source(data["source"]),
        model=data["model"],
        citations=tuple(citation_of(one) for one in data["citations"]),
        reason=data.get("reason"),
        first_word_seconds=data["first_word_seconds"],
        seconds=data["seconds"],
    )


def citation_record(citation: Citation) -> dict[str, Any]:
    """Return a citation as it is kept and told; its quotation only where it has one."""
    record: dict[str, Any] = {"document": citation.document, "title": citation.title, "url": citation.url}
    if citation.quote is not None:
        record |= {"quote": citation.quote, "language": citation.language}
    return record


def citation_of(record: Mapping[str, Any]) -> Citation:
    """Return the citation that `citation_record` has written."""
    return Citation(
        record["document"], record["title"], record.get("url"), record.get("quote"), record.get("language")
    )
