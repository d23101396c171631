"""What a turn tells while it runs, in this order: language, passages, text, and one ending."""

from dataclasses import dataclass

from dragoman.nouns.ids import MessageId, TurnId
from dragoman.nouns.language import LanguageDecision
from dragoman.nouns.message import Citation, Reply


@dataclass(frozen=True, slots=True)
class LanguageDecided:
    """The first sign of life: the message is stored, and this is the language of the answer."""

    message_id: MessageId
    turn_id: TurnId
    decision: LanguageDecision


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The passages that the answer will stand on."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """Text that has passed its checks."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is whole and stored. `reply.text` is what holds, should it differ from the deltas."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Failed:
    """There will be no answer. `text` is for the customer, in `language`; `retry_after` is in seconds."""

    code: str
    text: str
    language: str
    retry_after: float | None = None


Progress = LanguageDecided | PassagesFound | Delta | Done | Failed
