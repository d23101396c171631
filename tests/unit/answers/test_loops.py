"""What is a loop, and where it begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.answers.loops import loop_start


@pytest.mark.parametrize(
    "text",
    ["6,000,000,000,000,000,000,000", "ha" * 40, "ຂ້ອຍບໍ່ຮູ້" * 8, "and the price and the size " * 6, "。" * 30],
)
def test_of_a_loop_the_first_round_is_kept(text):
    whole = "Well: " + text
    kept = whole[: loop_start(whole)]
    assert kept.startswith("Well: ")
    assert len(kept) < len(whole) / 2
    assert loop_start(kept) is None


def test_a_phrase_that_comes_for_the_third_time_is_a_loop_whatever_stands_between():
    phrase = "We are happy to help you with your order, whatever it is about, at any time. "
    assert loop_start(f"{phrase}One. {phrase}Two. ") is None
    assert loop_start(f"{phrase}One. {phrase}Two. {phrase}".rstrip()) is not None


@pytest.mark.parametrize(
    "text", ["1,000,000 euros", "no no no!", "------", "aaaa", "Nein, nein, nein, das geht."]
)
def test_little_repeats_are_not_loops(text):
    assert loop_start(text) is None


@given(st.text(min_size=1, max_size=20).filter(str.strip), st.integers(10, 30))
def test_any_unit_said_ten_times_is_a_loop(unit, times):
    assert loop_start(unit * times) is not None
