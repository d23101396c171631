"""Few runs made into one figure: the median, and how far the runs lie apart."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Summary:
    """What several runs come to.

    The spread is from the lowest to the highest run: of five runs, quartiles would hide what they are to show.

    Attributes:
        runs: the figure of each run, in the order of the runs.
    """

    median: float
    low: float
    high: float
    runs: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it with every number rounded to five significant digits."""
        return {
            "median": significant(self.median),
            "low": significant(self.low),
            "high": significant(self.high),
            "runs": [significant(one) for one in self.runs],
        }


def summary(runs: Iterable[float]) -> Summary:
    """Return the summary of at least one run.

    Raises:
        ValueError: there is none, or one is not a finite number.
    """
    listed = tuple(runs)
    if not listed or not all(map(math.isfinite, listed)):
        raise ValueError(f"a figure needs finite runs, not {listed}")
    return Summary(statistics.median(listed), min(listed), max(listed), listed)


def quotients(over: Sequence[float], under: Sequence[float]) -> Summary | None:
    """Divide round by round, so that what disturbed a whole round disturbs both; None where that cannot be done."""
    if not over or len(over) != len(under) or not all(under):
        return None
    return summary(one / other for one, other in zip(over, under, strict=True))


def percentile(values: Iterable[float], part: float) -> float | None:
    """Return the value at `part` (0 to 1) of the sorted values, between two of them in proportion; None of nothing.

    This is the definition of numpy's default and of most load generators (Hyndman & Fan 1996, number 7).
    """
    ordered = sorted(values)
    if not ordered:
        return None
    place = part * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def significant(value: float, digits: int = 5) -> float:
    """Round to so many significant digits."""
    return float(f"{value:.{digits}g}")
