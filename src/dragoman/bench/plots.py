"""The plots of a report: for each measure that is worth one a plot of its cases, and each curve."""

from collections.abc import Mapping, Sequence
from typing import Any

from dragoman.bench import wording
from dragoman.bench.report import Report
from dragoman.bench.svg import Bar, Line, bars, curves


def plots(report: Report, scenario: str) -> Mapping[str, tuple[str, str]]:
    """Return the plots of a scenario by file name, each with its title and the SVG."""
    cases = report["scenarios"][scenario]["cases"]
    made: dict[str, tuple[str, str]] = {}
    for name, measure in report["measures"].items():
        groups = _groups(cases, name, measure["unit"])
        if measure["plotted"] and groups:
            title = f"{measure['title']}, {_unit(measure['unit'])}({measure['better']} is better)"
            made[f"{scenario}-{name}.svg"] = (measure["title"], bars(title, groups))
    for name, curve in report["curves"].items():
        for case, found in cases.items():
            lines = _lines(found, name)
            if lines and curve["plotted"]:
                title = f"{curve['title']}: {found['title']}"
                made[f"{scenario}-{case}-{name}.svg"] = (title, curves(title, curve["x"], curve["y"], lines))
    return made


def _unit(unit: str) -> str:
    return f"{unit} " if unit and unit != "bytes" else ""


def _groups(cases: Mapping[str, Any], name: str, unit: str) -> Sequence[tuple[str, Sequence[Bar]]]:
    groups = [
        (
            case["title"],
            [
                Bar(side, one["median"], one["low"], one["high"], wording.figure(one, unit))
                for side, found in case["sides"].items()
                if (one := found["figures"].get(name)) is not None
            ],
        )
        for case in cases.values()
    ]
    return [(title, group) for title, group in groups if group]


def _lines(case: Mapping[str, Any], name: str) -> Sequence[Line]:
    """Return a line for each run, in the colour of its side; the first of a side names it."""
    return [
        Line(side if not number else "", colour, [(x, y) for x, y in run["series"][name]])
        for colour, (side, found) in enumerate(case["sides"].items())
        for number, run in enumerate(found["runs"])
        if name in run["series"]
    ]
