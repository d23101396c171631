"""What of a conversation the model is shown."""

from datetime import UTC, datetime

import pytest

from dragoman.conversation.history import (
    PastTurn,
    as_messages,
    estimate_tokens,
    past_turns,
    recent_turns,
    within_budget,
)
from dragoman.engines.base import ChatMessage
from dragoman.nouns.event import Event, EventKind
from dragoman.nouns.message import CustomerMessage

ASKED, ANSWERED = EventKind.CUSTOMER_MESSAGE, EventKind.REPLY


def log(*lines):
    key = {ASKED: "text", ANSWERED: "reply"}
    return [
        Event("conv", seq, kind, turn, datetime.now(UTC), {key.get(kind, "code"): text})
        for seq, (kind, turn, text) in enumerate(lines, 1)
    ]


def test_a_turn_is_what_was_asked_and_answered():
    events = log(
        (ASKED, "1", "a"), (ANSWERED, "1", "A"), (ASKED, "2", "b"), (ANSWERED, "2", "B"), (ASKED, "3", "c")
    )
    assert past_turns(events, before="3") == [PastTurn("a", "A"), PastTurn("b", "B")]


def test_what_was_left_unanswered_stands_with_what_was_answered_next():
    events = log(
        (ASKED, "1", "a"),
        (EventKind.TURN_FAILED, "1", "x"),
        (ASKED, "2", "b"),
        (ANSWERED, "2", "B"),
        (ASKED, "3", "c"),
    )
    assert past_turns(events, before="3") == [PastTurn("a\nb", "B")]
    assert past_turns(events[:3], before="2") == [PastTurn("a", None)]


def test_whole_turns_are_kept_newest_first():
    turns = [PastTurn("a" * 20, "A" * 20), PastTurn("b" * 20, "B" * 20), PastTurn("c", "C")]
    cost = turns[1].tokens + turns[2].tokens
    assert within_budget(turns, cost) == turns[1:]
    assert within_budget(turns, cost - 1) == turns[2:]
    assert within_budget(turns, 0) == []


def test_an_unanswered_turn_is_one_message():
    assert as_messages([PastTurn("a", "A"), PastTurn("b", None)]) == [
        ChatMessage("user", "a"),
        ChatMessage("assistant", "A"),
        ChatMessage("user", "b"),
    ]


def test_an_estimate_counts_bytes():
    assert estimate_tokens("ភាសា") > estimate_tokens("lang")
    assert estimate_tokens("\ud800") > 0


class Paged:
    """A log that is read from its end."""

    def __init__(self, events):
        self.events = events
        self.read = 0

    async def latest(self, _id, *, before=None, limit):
        below = [event for event in self.events if before is None or event.seq < before][-limit:]
        self.read += len(below)
        return below


def dialogue(turns):
    said = [((ASKED, str(n), f"q{n}"), (ANSWERED, str(n), f"a{n}")) for n in range(turns)]
    return log(*(line for turn in said for line in turn), (ASKED, "now", "?"))


def now():
    return CustomerMessage("msg", "conv", "now", "?")


async def test_the_newest_of_a_long_conversation_is_what_is_shown():
    paged = Paged(dialogue(2000))
    turns = await recent_turns(paged, now(), 100)
    assert turns[-1] == PastTurn("q1999", "a1999")
    assert 0 < len(turns) < 10
    assert paged.read <= 50


@pytest.mark.parametrize("turns", [0, 1, 24, 25, 26, 49, 50, 51, 200])
async def test_turns_are_whole_wherever_the_log_was_cut(turns):
    whole = [PastTurn(f"q{n}", f"a{n}") for n in range(turns)]
    assert await recent_turns(Paged(dialogue(turns)), now(), 10**6) == whole
    for budget in (0, 20, 500):
        kept = await recent_turns(Paged(dialogue(turns)), now(), budget)
        assert kept == whole[len(whole) - len(kept) :]
