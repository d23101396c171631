"""A message of a conversation and the reply to it."""

from dataclasses import dataclass, field
from enum import StrEnum

from dragoman.nouns.ids import ConversationId, MessageId, TurnId
from dragoman.nouns.language import LanguageDecision


class Source(StrEnum):
    """Which rung of the ladder wrote a reply."""

    CURATED = "curated"
    CACHE = "cache"
    GENERATED = "generated"
    QUOTED = "quoted"
    DECLINED = "declined"
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that a reply stands on.

    Attributes:
        document: the document that it was cut from.
        title: that document's title, and the heading that it stands under.
        url: where the document can be read, or None.
        quote: the passage's own words, where the reply tells what they say without repeating them; else None.
        language: the code of the language of `quote`, or None.
    """

    document: str
    title: str
    url: str | None = None
    quote: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """What a customer wrote, after cleaning: printable, NFC, without control or zero-width characters.

    `client_id` is the sender's own name for it; the same name twice is the same message.
    `chosen` is the language the customer picked, `hints` those the browser prefers, best first.
    """

    id: MessageId
    conversation_id: ConversationId
    turn_id: TurnId
    text: str
    client_id: str | None = None
    chosen: str | None = None
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a customer's message.

    Attributes:
        model: the name of the weights that wrote it, or None where no model did.
        citations: the passages or the approved answer that it stands on.
        reason: why this rung wrote it and no earlier one, in snake_case, or None.
        first_word_seconds: from the message's arrival to the first released text.
        seconds: from the message's arrival to the end.
    """

    id: MessageId
    conversation_id: ConversationId
    turn_id: TurnId
    text: str
    decision: LanguageDecision
    source: Source
    model: str | None
    citations: tuple[Citation, ...] = field(default=())
    reason: str | None = None
    first_word_seconds: float | None = None
    seconds: float = 0.0
