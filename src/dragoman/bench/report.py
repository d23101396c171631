"""The report: what was measured, run by run, what it comes to, on which machine.

Its shape is that of `docs/reference/bench.md`. It names no host, no user and no folder.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dragoman.bench import machine
from dragoman.bench.base import Aim
from dragoman.bench.measures import MEASURES, SERIES
from dragoman.bench.running import Done
from dragoman.bench.statistics import Summary, quotients, significant, summary
from dragoman.bench.turns import Measured, Taken
from dragoman.nouns.errors import OperatorError

Report = Mapping[str, Any]
"""`{"run": {...}, "machine": {...}, "measures": {...}, "curves": {...}, "scenarios": {...}}`."""


@dataclass(frozen=True, slots=True)
class Run:
    """How the bench was run.

    Attributes:
        began: when, in ISO 8601.
        seconds: how long all of it took.
    """

    version: str
    began: str
    seconds: float
    runs: int
    quick: bool
    seed: int


def build(done: Sequence[Done], run: Run) -> Report:
    """Put the report together."""
    scenarios = {one.scenario.name: _scenario(one) for one in done}
    measured = [case for one in done for case in one.measured]
    taken = [one for case in measured for turns in case.taken.values() for one in turns]
    figures = {name for one in taken for name in one.outcome.figures}
    curves = {name for one in taken for name in one.outcome.series}
    return {
        "run": asdict(run),
        "machine": machine.facts(),
        "measures": {name: asdict(each) for name, each in MEASURES.items() if name in figures},
        "curves": {name: asdict(each) for name, each in SERIES.items() if name in curves},
        "scenarios": scenarios,
    }


def _scenario(done: Done) -> dict[str, Any]:
    return {
        "title": done.scenario.title,
        "seconds": round(done.seconds, 1),
        "failed": done.failed,
        "sides": {side: dict(facts) for side, facts in done.facts.items()},
        "cases": {one.case.name: _case(one) for one in done.measured},
        "aims": [_aim(aim, done.measured) for aim in done.scenario.aims],
    }


def _case(measured: Measured) -> dict[str, Any]:
    return {
        "title": measured.case.title,
        "sides": {side: _side(taken) for side, taken in measured.taken.items()},
        "comparisons": [
            {"side": side, "against": against, "measure": name, **quotient.as_json()}
            for side, against in measured.case.compare
            for name in _names(measured.taken[side])
            if MEASURES[name].better != "neither"
            and (quotient := _quotient(measured, name, side, against)) is not None
        ],
    }


def _side(taken: Sequence[Taken]) -> dict[str, Any]:
    figures = {name: found for name in _names(taken) if (found := _summary(taken, name)) is not None}
    return {
        "figures": {name: found.as_json() for name, found in figures.items()},
        "runs": [_run(one) for one in taken],
    }


def _run(taken: Taken) -> dict[str, Any]:
    outcome = taken.outcome
    return {
        "seconds": round(taken.seconds, 2),
        "load_before": taken.load.as_json(),
        "figures": {name: significant(value) for name, value in outcome.figures.items()},
        "series": {
            name: [[significant(x), significant(y)] for x, y in points]
            for name, points in outcome.series.items()
        },
        "notes": list(outcome.notes),
    }


def _names(taken: Sequence[Taken]) -> list[str]:
    """Return the figures of these turns in the order of the measures."""
    return [name for name in MEASURES if any(name in one.outcome.figures for one in taken)]


def _summary(taken: Sequence[Taken], name: str) -> Summary | None:
    runs = [one.outcome.figures[name] for one in taken if name in one.outcome.figures]
    return summary(runs) if runs else None


def _quotient(measured: Measured, name: str, side: str, against: str) -> Summary | None:
    over, under = (_summary(measured.taken[one], name) for one in (side, against))
    return quotients(over.runs, under.runs) if over is not None and under is not None else None


def _aim(aim: Aim, measured: Sequence[Measured]) -> dict[str, Any]:
    """Return an aim with what was found; `reached` is None where it was not measured."""
    case = next((one for one in measured if one.case.name == aim.case), None)
    found: Summary | None = None
    if case is not None and aim.side in case.taken:
        if aim.against is None:
            found = _summary(case.taken[aim.side], aim.measure)
        elif aim.against in case.taken:
            found = _quotient(case, aim.measure, aim.side, aim.against)
    value = None if found is None else found.median
    return {
        **asdict(aim),
        "found": None if value is None else significant(value),
        "reached": _met(aim, value),
    }


def _met(aim: Aim, value: float | None) -> bool | None:
    if value is None:
        return None
    above = aim.at_least is None or value >= aim.at_least
    return above and (aim.at_most is None or value <= aim.at_most)


def write(report: Report, file: Path) -> None:
    """Write a report as JSON.

    Raises:
        OperatorError: it cannot be written there.
    """
    try:
        file.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"{file} cannot be written: {error.strerror}.") from None


def read(file: Path) -> Report:
    """Read what `write` wrote.

    Raises:
        OperatorError: it cannot be read, or is no report of the bench.
    """
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OperatorError(f"{file} cannot be read as a report ({type(error).__name__}).") from None
    if not isinstance(found, dict) or "scenarios" not in found:
        raise OperatorError(f"{file} is no report of dragoman bench.")
    return found  # pyright: ignore[reportUnknownVariableType] - JSON has no types
