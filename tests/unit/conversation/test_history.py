"""What of a conversation the model is shown."""

from datetime import UTC, datetime

from dragoman.conversation.history import PastTurn, as_messages, estimate_tokens, past_turns, within_budget
from dragoman.engines.base import ChatMessage
from dragoman.nouns.event import Event, EventKind

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
