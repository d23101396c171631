"""Names of things. An id is opaque, unguessable (128 random bits) and says what it names."""

import secrets
from typing import NewType

ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
TurnId = NewType("TurnId", str)


def new_conversation_id() -> ConversationId:
    """Return a fresh conversation id, `conv_` and 32 hexadecimal digits."""
    return ConversationId(f"conv_{secrets.token_hex(16)}")


def new_message_id() -> MessageId:
    """Return a fresh message id, `msg_` and 32 hexadecimal digits."""
    return MessageId(f"msg_{secrets.token_hex(16)}")


def new_turn_id() -> TurnId:
    """Return a fresh turn id, `turn_` and 32 hexadecimal digits."""
    return TurnId(f"turn_{secrets.token_hex(16)}")
