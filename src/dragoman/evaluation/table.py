"""The report in a terminal: a row a language, a column a measure."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dragoman.evaluation.measures import shown, title
from dragoman.evaluation.report import Report
from dragoman.evaluation.statistics import Share, share_of
from dragoman.languages.registry import LANGUAGES

# Shares from which a cell counts as good and as middling; the page colours by the same.
GOOD, MIDDLING = 0.95, 0.8
# A column narrower than this tears figures apart; where a terminal has no room, measures are left to JSON and page.
_COLUMN = 9
_NAME = 20
# The measures that are left out last.
_FIRST = ("passed", "right_figure", "answered", "unanswerable_declined", "whole_and_right", "reply_language")


def measures_of(report: Report) -> list[str]:
    """Return the names of all measures of a report, in the order in which they are shown."""
    return shown(set(report["totals"]["measures"]))


def show(report: Report, console: Console) -> None:
    """Print the table, as many measures as there is room for."""
    names = _fitting(measures_of(report), console.width)
    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=False)
    table.add_column("", min_width=_NAME, no_wrap=True)
    for name in names:
        table.add_column(title(name), justify="right", min_width=_COLUMN - 2, overflow="fold")
    table.add_column("median s", justify="right")
    for code, summary in report["languages"].items():
        table.add_row(f"{LANGUAGES[code].english} ({code})", *_cells(summary, names))
    table.add_section()
    table.add_row(Text("all", style="bold"), *_cells(report["totals"], names))
    console.print(table)
    _show_suites(report, console)


def _fitting(names: Sequence[str], width: int) -> list[str]:
    room = max(2, (width - _NAME - _COLUMN) // (_COLUMN + 1))
    if len(names) <= room:
        return list(names)
    kept = set(sorted(names, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))[:room])
    return [name for name in names if name in kept]


def _cells(summary: Mapping[str, Any], names: Sequence[str]) -> list[Text]:
    shares = [share_of(one) if (one := summary["measures"].get(name)) else Share(0, 0) for name in names]
    median = summary["seconds"]["median"]
    return [*map(_cell, shares), Text("–" if median is None else f"{median:.1f}", style="dim")]


def _cell(share: Share) -> Text:
    if share.value is None:
        return Text("–", style="dim")
    style = "green" if share.value >= GOOD else "yellow" if share.value >= MIDDLING else "red"
    return Text(f"{share.count}/{share.of}", style=style)


def _show_suites(report: Report, console: Console) -> None:
    console.print()
    for name, summary in report["totals"]["suites"].items():
        passed = Share(summary["passed"], summary["questions"])
        low, high = passed.interval or (0.0, 0.0)
        console.print(
            f"{name}: {passed.count} of {passed.of} passed ({100 * (passed.value or 0):.1f}%, "
            f"95% interval {100 * low:.1f} to {100 * high:.1f})",
            highlight=False,
        )
