"""Two reports side by side: what became better or worse, by measure and language."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dragoman.evaluation.measures import title
from dragoman.evaluation.report import Report
from dragoman.evaluation.statistics import Share, share_of

ALL = "all"
"""Stands in the place of a language's code for all languages together."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure before and after, in one language or in all."""

    language: str
    measure: str
    before: Share
    after: Share

    @property
    def change(self) -> float:
        """After less before, -1 to 1."""
        return (self.after.value or 0.0) - (self.before.value or 0.0)

    @property
    def regression(self) -> bool:
        """Whether it became worse by more than chance explains.

        By the 95% interval of the difference of two shares (Newcombe 1998, method 10): it lies below zero.
        """
        before, after = self.before.interval, self.after.interval
        if before is None or after is None:
            return False
        up = after[1] - (self.after.value or 0.0)
        down = (self.before.value or 0.0) - before[0]
        return self.change + math.hypot(up, down) < 0

    def line(self) -> str:
        """Return the difference in words."""
        mark = "  REGRESSION" if self.regression else ""
        return (
            f"{self.language:4} {title(self.measure):20} {_percent(self.before)} → {_percent(self.after)} "
            f"({100 * self.change:+.1f}){mark}"
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "language": self.language,
            "measure": self.measure,
            "before": self.before.as_json(),
            "after": self.after.as_json(),
            "change": round(self.change, 4),
            "regression": self.regression,
        }


def differences(before: Report, after: Report) -> list[Difference]:
    """Return what differs of all that both reports measured: first over all languages, then language by language."""
    found = list(_between(ALL, before["totals"], after["totals"]))
    for code, summary in after["languages"].items():
        if code in before["languages"]:
            found += _between(code, before["languages"][code], summary)
    return found


def _between(language: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name, record in after.get("measures", {}).items():
        if name in before.get("measures", {}):
            old, new = share_of(before["measures"][name]), share_of(record)
            if old.of and new.of and old.value != new.value:
                yield Difference(language, name, old, new)


def _percent(share: Share) -> str:
    return f"{100 * (share.value or 0.0):5.1f}% ({share.count}/{share.of})"
