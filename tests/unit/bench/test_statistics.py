import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.bench.statistics import percentile, quotients, significant, summary

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


def test_a_summary_is_the_median_with_the_lowest_and_the_highest_run() -> None:
    found = summary([3.0, 1.0, 10.0])
    assert (found.median, found.low, found.high, found.runs) == (3.0, 1.0, 10.0, (3.0, 1.0, 10.0))
    assert summary([1.0, 2.0]).median == 1.5


@pytest.mark.parametrize("runs", [[], [math.nan], [1.0, math.inf]])
def test_what_is_no_figure_is_refused(runs: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        summary(runs)


def test_quotients_are_taken_round_by_round() -> None:
    """A round that was slow for both sides does not widen the spread."""
    found = quotients([30.0, 3.0, 60.0], [10.0, 1.0, 20.0])
    assert found is not None
    assert (found.median, found.low, found.high) == (3.0, 3.0, 3.0)


def test_there_is_no_quotient_of_unlike_rounds_or_of_nothing() -> None:
    assert quotients([1.0], [1.0, 2.0]) is None
    assert quotients([1.0], [0.0]) is None
    assert quotients([], []) is None


@given(numbers, st.floats(0, 1))
def test_percentiles_are_those_of_numpy(values: list[float], part: float) -> None:
    assert percentile(values, part) == pytest.approx(float(np.quantile(values, part)), abs=1e-6)


def test_there_is_no_percentile_of_nothing() -> None:
    assert percentile([], 0.5) is None


def test_numbers_are_rounded_to_significant_digits() -> None:
    assert significant(1234567.0) == 1234600.0
    assert significant(0.000123456) == 0.00012346
