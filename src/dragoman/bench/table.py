"""The report in a terminal: a table a case, a row a measure, a column a side."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dragoman.bench import wording
from dragoman.bench.report import Report

_VERDICTS = {True: ("reached", "green"), False: ("not reached", "red"), None: ("not measured", "dim")}


def show(report: Report, console: Console) -> None:
    """Print all of it."""
    machine = report["machine"]
    run = report["run"]
    quick = ", quick: the figures say nothing" if run["quick"] else ""
    console.print(
        f"{machine['processor']}, {machine['cores']} cores; "
        f"median of {run['runs']} runs (lowest–highest){quick}",
        highlight=False,
    )
    for scenario in report["scenarios"].values():
        _show(scenario, report["measures"], console)


def _show(scenario: Mapping[str, Any], measures: Mapping[str, Any], console: Console) -> None:
    console.print(Text(f"\n{scenario['title']}", style="bold"))
    for side, facts in scenario["sides"].items():
        words = ", ".join(f"{name} {value}" for name, value in facts.items())
        console.print(f"{side}: {words}", highlight=False, markup=False)
    for case in scenario["cases"].values():
        console.print(_case(case, measures))
        for note in _notes(case):
            console.print(f"  {note}", highlight=False, markup=False)
    for aim in scenario["aims"]:
        console.print(_aim(aim, scenario, measures))
    if scenario["failed"]:
        console.print(Text(f"not measured to its end: {scenario['failed']}", style="red"))


def _case(case: Mapping[str, Any], measures: Mapping[str, Any]) -> Table:
    table = Table(title=case["title"], title_justify="left", title_style="", box=None, pad_edge=False)
    table.add_column("")
    pairs = list(dict.fromkeys((one["side"], one["against"]) for one in case["comparisons"]))
    for side in case["sides"]:
        table.add_column(side, justify="right")
    for side, against in pairs:
        table.add_column(f"{side} / {against}", justify="right")
    quotients = {(one["side"], one["against"], one["measure"]): one for one in case["comparisons"]}
    for name, measure in measures.items():
        cells = [side["figures"].get(name) for side in case["sides"].values()]
        if any(cell is not None for cell in cells):
            table.add_row(
                measure["title"],
                *(wording.figure(cell, measure["unit"]) for cell in cells),
                *(wording.quotient(quotients.get((*pair, name))) for pair in pairs),
            )
    return table


def _notes(case: Mapping[str, Any]) -> list[str]:
    """Return what was noted of single runs, each once with how often."""
    counted: dict[str, int] = {}
    for side, found in case["sides"].items():
        for note in (note for run in found["runs"] for note in run["notes"]):
            words = f"{side}: {note}"
            counted[words] = counted.get(words, 0) + 1
    return [f"{words} (in {count} runs)" for words, count in counted.items()]


def _aim(aim: Mapping[str, Any], scenario: Mapping[str, Any], measures: Mapping[str, Any]) -> Text:
    word, style = _VERDICTS[aim["reached"]]
    case = scenario["cases"].get(aim["case"], {"title": aim["case"]})
    measure = measures.get(aim["measure"], {"title": aim["measure"], "unit": ""})
    who = aim["side"] if aim["against"] is None else f"{aim['side']} / {aim['against']}"
    asked, came = wording.bound(aim, measure["unit"]), wording.found(aim, measure["unit"])
    return Text(
        f"aim: {case['title']}, {measure['title']}, {who}: {asked}, found {came}: {word}", style=style
    )
