"""What of a conversation the model is shown: whole turns, the newest first to be kept, within a budget."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dragoman.engines.base import ChatMessage
from dragoman.nouns.event import Event, EventKind
from dragoman.nouns.ids import TurnId
from dragoman.nouns.message import CustomerMessage
from dragoman.storage.base import Conversations


@dataclass(frozen=True, slots=True)
class PastTurn:
    """What the customer said, possibly in several messages before one was answered, and the reply."""

    customer: str
    reply: str | None

    @property
    def tokens(self) -> int:
        """Roughly how many tokens showing this turn costs."""
        return estimate_tokens(self.customer) + estimate_tokens(self.reply or "")


# Bytes of UTF-8 that a token of Qwen2's vocabulary stands for, measured on 100 messages of 31 to 60 characters in
# each language: on average 1.9 in Burmese, 2.3 to 2.6 in Lao, Khmer, Czech, Bengali and Urdu, 4.5 in English, 5.3
# in Russian; in the worst single message 1.79. `tests/contract/test_history_budget.py` holds this to the tokenizer.
_BYTES_PER_TOKEN = 1.75
_TOKENS_PER_MESSAGE = 5
"""What the chat template writes around each message."""


_PAGE = 50
"""Events read at a time: more turns than the usual budget holds."""


def estimate_tokens(text: str) -> int:
    """Return a number of tokens that `text` does not exceed in any of the 29 languages.

    The desk has no tokenizer: its engine may be any OpenAI-compatible server with any model.
    """
    return math.ceil(len(text.encode(errors="replace")) / _BYTES_PER_TOKEN) + _TOKENS_PER_MESSAGE


def past_turns(events: Sequence[Event], *, before: TurnId) -> list[PastTurn]:
    """Return the turns of a log that lie before the turn `before`, oldest first.

    A message that was superseded, or whose turn failed, stands with the next one that was answered.
    """
    turns: list[PastTurn] = []
    unanswered: list[str] = []
    for event in events:
        if event.turn_id == before:
            break
        if event.kind is EventKind.CUSTOMER_MESSAGE:
            unanswered.append(event.data["text"])
        elif event.kind is EventKind.REPLY:
            turns.append(PastTurn("\n".join(unanswered), event.data["reply"]))
            unanswered = []
    return [*turns, PastTurn("\n".join(unanswered), None)] if unanswered else turns


def within_budget(turns: Sequence[PastTurn], budget: int) -> list[PastTurn]:
    """Return the newest whole turns that fit `budget` tokens together, oldest first."""
    kept: list[PastTurn] = []
    for turn in reversed(turns):
        budget -= turn.tokens
        if budget < 0:
            break
        kept.append(turn)
    return kept[::-1]


async def recent_turns(conversations: Conversations, message: CustomerMessage, budget: int) -> list[PastTurn]:
    """Return the newest whole turns before the message that fit `budget` tokens together, oldest first.

    The log is read from its end, and only as far as the budget reaches.
    """
    events: list[Event] = []
    before = None
    while True:
        page = await conversations.latest(message.conversation_id, before=before, limit=_PAGE)
        events = [*page, *events]
        turns = past_turns(events, before=message.turn_id)
        kept = within_budget(turns, budget)
        # The oldest turn of what was read may have begun before it; when it does not fit anyway, the rest is whole.
        if len(kept) < len(turns) or len(page) < _PAGE:
            return kept
        before = page[0].seq


def as_messages(turns: Sequence[PastTurn]) -> list[ChatMessage]:
    """Return turns as the messages of a prompt."""
    messages: list[ChatMessage] = []
    for turn in turns:
        messages.append(ChatMessage("user", turn.customer))
        if turn.reply is not None:
            messages.append(ChatMessage("assistant", turn.reply))
    return messages
