"""The guard against repetition: what passes, what is held back, what ends a reply."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.answers.guard import RepetitionGuard, finish_cut_text, loop_start, split_sentences


def run(text, size=3):
    guard = RepetitionGuard()
    out = [guard.feed(text[start : start + size]) for start in range(0, len(text), size)]
    return "".join([*out, guard.finish()]), guard


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two? Three!", ["One.", " Two?", " Three!"]),
        (
            "It costs 3.50 euros. See dragoman.example for more.",
            ["It costs 3.50 euros.", " See dragoman.example for more."],
        ),
        ("您好。请问！有什么？", ["您好。", "请问！", "有什么？"]),
        ("नमस्ते। आप कैसे हैं?", ["नमस्ते।", " आप कैसे हैं?"]),
        ("សួស្តី។ អរគុណ។", ["សួស្តី។", " អរគុណ។"]),
        ("شكرا. هل يمكنني؟ نعم.", ["شكرا.", " هل يمكنني؟", " نعم."]),
        ("a\n\nb", ["a\n\n", "b"]),
        ("", []),
    ],
)
def test_sentences_end_where_their_language_ends_them(text, sentences):
    assert split_sentences(text) == sentences


@given(st.text())
def test_cutting_loses_nothing(text):
    assert "".join(split_sentences(text)) == text


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_a_text_that_says_new_things_passes_whole(size):
    text = "We deliver in 3 days. Shipping is free from 50 euros. Is there anything else? Yes. Yes."
    out, guard = run(text, size)
    assert out == guard.text == text
    assert not guard.looping


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_sentence_that_comes_again_is_dropped_and_the_third_time_ends_the_reply(size):
    out, guard = run(
        "We deliver in 3 days. We deliver in 3 days. Thank you. We deliver in 3 days. More.", size
    )
    assert out == "We deliver in 3 days. Thank you."
    assert guard.text == out
    assert guard.looping


def test_a_sentence_that_only_begins_alike_passes():
    text = "We deliver in 3 days. We deliver in 5 days to islands."
    assert run(text)[0] == text


@pytest.mark.parametrize(
    "text",
    ["6,000,000,000,000,000,000,000", "ha" * 40, "ຂ້ອຍບໍ່ຮູ້" * 8, "and the price and the size " * 6, "。" * 30],
)
def test_a_loop_inside_a_sentence_ends_the_reply_and_one_round_is_kept(text):
    out, guard = run("Well: " + text)
    assert guard.looping
    assert len(guard.text) < len("Well: " + text) / 2
    assert guard.text.startswith("Well: ")
    assert loop_start(guard.text) is None
    assert out.startswith("Well: ")


@pytest.mark.parametrize(
    "text", ["1,000,000 euros", "no no no!", "------", "aaaa", "Nein, nein, nein, das geht."]
)
def test_little_repeats_are_not_loops(text):
    assert loop_start(text) is None


@given(st.text(min_size=1, max_size=20).filter(str.strip), st.integers(10, 30))
def test_any_unit_said_ten_times_is_a_loop(unit, times):
    assert loop_start(unit * times) is not None


@given(st.text(alphabet="ab. \n。"), st.integers(1, 9))
def test_what_went_out_begins_as_what_holds(text, size):
    out, guard = run(text, size)
    assert out.startswith(guard.text) or guard.text.startswith(out)


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        ("We deliver in 3 days. The price is 4 eu", "We deliver in 3 days."),
        ("Short. " + "a long tail without any end " * 10, None),
        ("我们三天内送达。价格是", "我们三天内送达。"),
        ("no end at all, ", "no end at all…"),
    ],
)
def test_a_cut_text_is_ended_at_its_last_sentence_if_that_is_near(text, finished):
    assert finish_cut_text(text) == (finished or text.rstrip() + "…")
