"""The report as one page that needs nothing else: a heat map of languages and measures, and what went wrong."""

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined

from dragoman.evaluation.comparing import ALL, Difference
from dragoman.evaluation.measures import MEASURES, Measure
from dragoman.evaluation.report import Report
from dragoman.evaluation.statistics import Share, share_of
from dragoman.evaluation.table import measures_of
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.message import Source

# Shares from which a cell has the next shade, lowest first. Differences matter more the nearer to all.
_STEPS = (0.2, 0.4, 0.55, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
_MOST_FAILURES = 400
_NO_REPLY = "none"


def page(report: Report, differences: Sequence[Difference] | None = None) -> str:
    """Return the page. Everything that customers, models and files wrote is escaped.

    Args:
        differences: from an earlier report, to be shown beside; None: there is none to compare with.
    """
    names = measures_of(report)
    changes = {(one.language, one.measure): one for one in differences or ()}
    totals = report["totals"]
    return _template().render(
        run=totals["run"],
        questions=totals["questions"],
        measures=[(name, _measure(name)) for name in names],
        rows=[
            _row(LANGUAGES[code].english, code, summary, names, changes)
            for code, summary in report["languages"].items()
        ],
        all=_row("All", ALL, totals, names, changes),
        suites=[(name, Share(one["passed"], one["questions"])) for name, one in totals["suites"].items()],
        rungs=[*(source.value for source in Source), _NO_REPLY],
        compared=differences is not None,
        regressions=[one for one in differences or () if one.regression],
        failed=_failed(report["records"]),
        most=_MOST_FAILURES,
    )


def _template() -> Any:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(percent=_percent, shade=_shade, interval=_interval, points=_points)
    source = resources.files("dragoman.evaluation").joinpath("page.html").read_text(encoding="utf-8")
    return environment.from_string(source)


def _measure(name: str) -> Measure:
    return MEASURES.get(name) or Measure(name, "")


def _row(
    name: str,
    code: str,
    summary: Mapping[str, Any],
    names: Sequence[str],
    changes: Mapping[tuple[str, str], Difference],
) -> dict[str, Any]:
    measured = summary["measures"]
    shares = {one: share_of(measured[one]) if one in measured else Share(0, 0) for one in names}
    answered = sum(summary["sources"].values()) or 1
    return {
        "name": name,
        "code": code,
        "cells": [(one, shares[one], changes.get((code, one))) for one in names],
        "sources": {source: (count, 100 * count / answered) for source, count in summary["sources"].items()},
        "median": summary["seconds"]["median"],
        "first": summary["first_token_seconds"]["median"],
        "questions": summary["questions"],
    }


def _failed(records: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Return the questions that did not pass, by language, as many as a page can bear."""
    failed = [record for record in records if not record["passed"]][:_MOST_FAILURES]
    return [
        (code, some) for code in LANGUAGES if (some := [one for one in failed if one["language"] == code])
    ]


def _shade(share: Share) -> str:
    if share.value is None:
        return "none"
    return f"s{sum(share.value >= step for step in _STEPS)}"


def _percent(share: Share) -> str:
    if share.value is None:
        return "–"
    exact = 100 * share.value
    # Nothing is rounded up to all, or down to nothing.
    return f"{min(99, round(exact)) if 0 < exact < 100 else exact:.0f}%" if exact >= 1 or not exact else "<1%"


def _interval(share: Share) -> str:
    low, high = share.interval or (0.0, 0.0)
    return f"{100 * low:.0f}–{100 * high:.0f}%"


def _points(difference: Difference) -> str:
    return f"{100 * difference.change:+.0f}"
