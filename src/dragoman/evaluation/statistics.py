"""Shares with their counts, and how sure they are."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# The 97.5% point of the normal distribution: both sides together make 95%.
_Z = 1.959963985


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """The share between 0 and 1; None of nothing."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval of Wilson (1927), which holds for few questions and for shares of 0 and 1 too."""
        if not self.of:
            return None
        share = self.count / self.of
        spread = 1 + _Z**2 / self.of
        middle = (share + _Z**2 / (2 * self.of)) / spread
        half = _Z * math.sqrt(share * (1 - share) / self.of + _Z**2 / (4 * self.of**2)) / spread
        return max(0.0, middle - half), min(1.0, middle + half)

    def as_json(self) -> dict[str, Any]:
        """Return count, of, share and interval, rounded to four places."""
        interval = self.interval
        return {
            "count": self.count,
            "of": self.of,
            "share": None if self.value is None else round(self.value, 4),
            "interval": None if interval is None else [round(bound, 4) for bound in interval],
        }


def share(marks: Iterable[bool]) -> Share:
    """Count what is true."""
    listed = list(marks)
    return Share(sum(listed), len(listed))


def share_of(record: Mapping[str, Any]) -> Share:
    """Read what `Share.as_json` wrote."""
    return Share(int(record["count"]), int(record["of"]))


def percentile(values: Iterable[float], part: float) -> float | None:
    """Return the value below which `part` (0 to 1) of the values lie, by the nearest rank; None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)] if ordered else None
