"""The report in a terminal: a table a case, a row a measure, a column a side."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dragoman.bench import wording
from dragoman.bench.report import Report

VERDICTS = {True: ("reached", "green"), False: ("not reached", "red"), None: ("not measured", "dim")}
"""Of an aim that is reached, missed, or was not measured: the word, and how it is shown."""

# The share of all cores that what is idle may use; the measuring itself takes a hundredth or two.
_QUIET = 0.1
_DISTURBED = "something else was using the machine just before"


def show(report: Report, console: Console) -> None:
    """Print all of it."""
    machine = report["machine"]
    run = report["run"]
    quick = ", quick: the figures say nothing" if run["quick"] else ""
    console.print(
        f"{machine['processor']}, {machine['cores']} cores; "
        f"median of up to {run['runs']} runs (lowest–highest){quick}",
        highlight=False,
    )
    for scenario in report["scenarios"].values():
        _show(scenario, report["measures"], console)


def _show(scenario: Mapping[str, Any], measures: Mapping[str, Any], console: Console) -> None:
    console.print(Text(f"\n{scenario['title']}", style="bold"))
    for line in described(scenario):
        console.print(line, highlight=False, markup=False)
    for case in scenario["cases"].values():
        console.print(_case(case, measures))
        for note in noted(case):
            console.print(f"  {note}", highlight=False, markup=False)
    for aim in scenario["aims"]:
        console.print(_aim(aim, scenario, measures))
    if scenario["failed"]:
        console.print(Text(f"not measured to its end: {scenario['failed']}", style="red"))


def _case(case: Mapping[str, Any], measures: Mapping[str, Any]) -> Table:
    table = Table(title=case["title"], title_justify="left", title_style="", box=None, pad_edge=False)
    table.add_column("")
    for head in wording.heads(case):
        table.add_column(head, justify="right", overflow="fold")
    for title, cells in wording.rows(case, measures):
        table.add_row(title, *cells)
    return table


def described(scenario: Mapping[str, Any]) -> list[str]:
    """Return what each side is, a line a side."""
    return [
        f"{side}: {', '.join(f'{name} {value}' for name, value in facts.items())}"
        for side, facts in scenario["sides"].items()
    ]


def noted(case: Mapping[str, Any]) -> list[str]:
    """Return what was noted of single runs, each once with how often; runs that others disturbed among it."""
    counted = Counter(
        f"{side}: {note}"
        for side, found in case["sides"].items()
        for run in found["runs"]
        for note in [*run["notes"], *([_DISTURBED] if run["load_before"]["busy"] > _QUIET else [])]
    )
    return [f"{words} (in {count} of the runs)" for words, count in counted.items()]


def _aim(aim: Mapping[str, Any], scenario: Mapping[str, Any], measures: Mapping[str, Any]) -> Text:
    word, style = VERDICTS[aim["reached"]]
    case = scenario["cases"].get(aim["case"], {"title": aim["case"]})
    measure = measures.get(aim["measure"], {"title": aim["measure"], "unit": ""})
    who = aim["side"] if aim["against"] is None else f"{aim['side']} / {aim['against']}"
    asked, came = wording.bound(aim, measure["unit"]), wording.found(aim, measure["unit"])
    return Text(
        f"aim: {case['title']}, {measure['title']}, {who}: {asked}, found {came}: {word}", style=style
    )
