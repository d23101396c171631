import pytest

from dragoman.bench.figures import chats, decode, is_text, notes, of_subject, prefill
from dragoman.bench.load import Load, Reply
from dragoman.bench.subject import Subject

FAILED = Reply(seconds=9.0, error="HTTP 500")


def reply(first: float, step: float, tokens: int, *, prompt: int = 100) -> Reply:
    times = [first + step * number for number in range(tokens)]
    return Reply("some words", times, times[-1], prompt, tokens)


def test_prefill_is_the_tokens_of_prompts_by_the_time_to_the_first_token() -> None:
    found = prefill(Load([reply(0.5, 1, 1, prompt=500), reply(1.5, 1, 1, prompt=500), FAILED], 9.0))
    assert found["prefill"] == 500
    assert found["first_p50"] == 1.0
    assert found["prompt_tokens"] == 500
    assert found["errors"] == 1


def test_decode_leaves_the_first_token_out() -> None:
    found = decode(Load([reply(5.0, 0.1, 11)], 6.0))
    assert found["decode"] == pytest.approx(10)
    assert found["between_p50"] == pytest.approx(0.1)


def test_decode_counts_tokens_not_pieces() -> None:
    """A piece may carry several tokens; the server's count is right."""
    one = Reply("some words", [1.0, 2.0], 2.0, 10, 21)
    assert decode(Load([one], 2.0))["decode"] == pytest.approx(20)


def test_simultaneous_chats_are_counted_over_the_whole_time() -> None:
    found = chats(Load([reply(1.0, 0.1, 10), reply(2.0, 0.1, 10), FAILED], 4.0))
    assert found["generated"] == 5
    assert found["requests"] == 0.5
    assert found["first_p95"] == pytest.approx(1.95)
    assert found["errors"] == 1


def test_nothing_is_measured_where_all_failed() -> None:
    found = {**prefill(Load([FAILED], 1.0)), **decode(Load([FAILED], 1.0))}
    assert found == {"errors": 1, "odd_replies": 0}
    assert chats(Load([FAILED], 1.0))["generated"] == 0


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Once upon a time there was a lamp.", True),
        ("从前有一盏灯。", True),
        ("", False),
        ("...\n\n!!", False),
        ("a \ufffd\ufffd\ufffd b", False),
        ("the " * 40, False),
        ("yes yes", True),
    ],
)
def test_what_is_no_text_is_found(text: str, good: bool) -> None:
    assert is_text(Reply(text)) is good


def test_failures_and_odd_lengths_are_noted() -> None:
    load = Load([reply(1, 1, 10), reply(1, 1, 7), FAILED, FAILED], 1.0)
    assert notes(load, 10) == ["2 requests failed: HTTP 500", "1 replies were not of 10 tokens"]
    assert notes(Load([reply(1, 1, 10)], 1.0), 10) == []


def test_what_runs_elsewhere_has_no_memory_of_ours() -> None:
    assert of_subject(Subject("theirs", "https://api.example/v1"), None) == {}
