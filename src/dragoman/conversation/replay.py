"""What a turn told, told again from the log: for a customer whose connection was lost."""

from collections.abc import AsyncGenerator, Sequence

from dragoman.nouns.event import Event, EventKind
from dragoman.nouns.ids import MessageId, TurnId
from dragoman.nouns.progress import Delta, Done, LanguageDecided, PassagesFound, Progress
from dragoman.nouns.records import reply_of


def answered(events: Sequence[Event], turn_id: TurnId, message_id: MessageId) -> tuple[Progress, ...] | None:
    """Return what the turn told when it was answered, or None where the log has no reply of it."""
    for event in events:
        if event.turn_id == turn_id and event.kind is EventKind.REPLY:
            reply = reply_of(event.data, conversation_id=event.conversation_id, turn_id=turn_id)
            return (
                LanguageDecided(message_id, turn_id, reply.decision),
                PassagesFound(reply.citations),
                Delta(reply.text),
                Done(reply),
            )
    return None


async def tell(steps: Sequence[Progress]) -> AsyncGenerator[Progress]:
    """Yield the steps as a turn would."""
    for step in steps:
        yield step
