"""Thresholds that a run must meet."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from dragoman.evaluation.measures import MEASURES
from dragoman.evaluation.report import Report
from dragoman.evaluation.statistics import share_of
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import OperatorError

EVERY = "every"
"""`every.right_figure`: the threshold holds for each language by itself."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A measure must be at least so high: over all languages, in one, or in each by itself.

    Attributes:
        where: None for all languages together, a language's code, or `EVERY`.
        least: between 0 and 1.
    """

    measure: str
    least: float
    where: str | None = None

    @property
    def name(self) -> str:
        """Its name as it is given: `right_figure`, `de.right_figure`, `every.right_figure`."""
        return self.measure if self.where is None else f"{self.where}.{self.measure}"


def read_gates(given: Iterable[str]) -> list[Gate]:
    """Read thresholds: each `NAME=VALUE`, or a TOML file of such values.

    In a file, `right_figure = 0.95` holds over all languages, and the same in a table `[de]` or `[every]` for those.

    Raises:
        OperatorError: a file cannot be read, or a name or a value is none.
    """
    gates: list[Gate] = []
    for one in given:
        name, sign, value = one.partition("=")
        gates += [_gate(name.strip(), value.strip(), one)] if sign else _of_file(Path(one))
    return gates


def _of_file(path: Path) -> list[Gate]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise OperatorError(
            f"{path} cannot be read ({why}): give a TOML file, or NAME=VALUE, with --gate."
        ) from None
    return [_gate(name, value, f"{path}, {name}") for name, value in _flat(content)]


def _flat(content: Mapping[str, Any]) -> Iterable[tuple[str, object]]:
    for name, value in content.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", one) for inner, one in cast("dict[str, object]", value).items())
        else:
            yield name, value


def _gate(name: str, value: object, given: str) -> Gate:
    where, dot, measure = name.rpartition(".")
    if measure not in MEASURES or (dot and where not in {EVERY, *LANGUAGES}):
        raise OperatorError(
            f"{given}: no measure {name!r}. Write one of {', '.join(MEASURES)}, "
            f"or one for a language (de.passed) or for each by itself ({EVERY}.passed)."
        )
    try:
        least = float(cast("str", value))
    except (TypeError, ValueError):
        least = -1.0
    if not 0 <= least <= 1:
        raise OperatorError(f"{given}: expected a share between 0 and 1, such as 0.95.")
    return Gate(measure, least, where or None)


def unmet(gates: Iterable[Gate], report: Report) -> list[str]:
    """Return a line for each threshold that the report does not meet; what was not measured is not met."""
    return [line for gate in gates for line in _unmet(gate, report)]


def _unmet(gate: Gate, report: Report) -> Iterable[str]:
    if gate.where is None:
        yield from _line(gate, gate.name, report["totals"])
    elif gate.where == EVERY:
        for code, summary in report["languages"].items():
            if gate.measure in summary["measures"]:
                yield from _line(gate, f"{code}.{gate.measure}", summary)
        if not any(gate.measure in summary["measures"] for summary in report["languages"].values()):
            yield f"{gate.name}: not measured in this run, at least {_percent(gate.least)} wanted"
    else:
        yield from _line(gate, gate.name, report["languages"].get(gate.where, {}))


def _line(gate: Gate, name: str, summary: Mapping[str, Any]) -> Iterable[str]:
    measured = summary.get("measures", {}).get(gate.measure)
    if measured is None:
        yield f"{name}: not measured in this run, at least {_percent(gate.least)} wanted"
        return
    share = share_of(measured)
    if (share.value or 0.0) < gate.least:
        yield (
            f"{name}: {_percent(share.value or 0.0)} ({share.count} of {share.of}), "
            f"at least {_percent(gate.least)} wanted"
        )


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%"
