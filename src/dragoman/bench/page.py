"""Tables and plots of reports, written into a page: `python -m dragoman.bench.page docs/performance.md REPORT.json ...`

The page says by a pair of comments where the figures of a scenario belong, and keeps every other word that is in it:

    <!-- bench: peers -->
    <!-- /bench -->

A place keeps what it has where no report has its scenario, so that one scenario can be measured anew. Of several reports
that have it, the last one counts. The plots are written into a folder beside the page that has its name without the
ending; the reports are kept there too, and a test holds page, plots and reports together.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dragoman.bench import wording
from dragoman.bench.catalogue import SCENARIOS
from dragoman.bench.plots import plots
from dragoman.bench.report import Report, read
from dragoman.bench.table import VERDICTS, described, noted
from dragoman.nouns.errors import OperatorError

_PLACE = re.compile(r"<!-- bench: ([a-z_]+) -->\n.*?<!-- /bench -->", re.DOTALL)


def render(page: str, reports: Sequence[Report], folder: str) -> tuple[str, Mapping[str, str]]:
    """Return the page with its figures, and the plots by the names of their files.

    Args:
        folder: the name of the folder of the plots, as the page refers to it.

    Raises:
        OperatorError: the page has a place for a scenario that there is not.
    """
    drawn: dict[str, str] = {}

    def filled(place: re.Match[str]) -> str:
        name = place[1]
        if name not in SCENARIOS:
            raise OperatorError(f"The page has a place for {name!r}: there is no such scenario.")
        report = next((one for one in reversed(reports) if name in one["scenarios"]), None)
        if report is None:
            return place[0]
        pictures = plots(report, name)
        drawn.update({file: svg for file, (_, svg) in pictures.items()})
        shown = [f"![{title}]({folder}/{file})" for file, (title, _) in pictures.items()]
        text = "\n\n".join([*_blocks(report, report["scenarios"][name]), *shown])
        return f"<!-- bench: {name} -->\n{text}\n<!-- /bench -->"

    return _PLACE.sub(filled, page), drawn


def _blocks(report: Report, scenario: Mapping[str, Any]) -> list[str]:
    measures = report["measures"]
    blocks = [_how(report, scenario), "\n".join(f"- {line}" for line in described(scenario))]
    for case in scenario["cases"].values():
        blocks.append(f"**{_capital(case['title'])}**")
        blocks.append(_table(case, measures))
        if notes := noted(case):
            blocks.append("\n".join(f"- {note}" for note in notes))
    if scenario["aims"]:
        blocks.append(_aims(scenario, measures))
    if scenario["failed"]:
        blocks.append(f"Not measured to its end: {scenario['failed']}")
    return blocks


def _how(report: Report, scenario: Mapping[str, Any]) -> str:
    run, machine = report["run"], report["machine"]
    memory = f"{machine['memory_bytes'] / 1e9:.0f} GB"
    taken = [len(side["runs"]) for case in scenario["cases"].values() for side in case["sides"].values()]
    # Some scenarios take too long to be run as often as the others.
    runs = max(taken, default=run["runs"])
    return (
        f"{machine['processor']}, {machine['cores']} cores, {memory}, {machine['system']}; Dragoman {run['version']}, "
        f"{run['began'][:10]}; median of {runs} runs (lowest–highest)."
    )


def _table(case: Mapping[str, Any], measures: Mapping[str, Any]) -> str:
    heads = ["", *wording.heads(case)]
    rows = [[title, *cells] for title, cells in wording.rows(case, measures)]
    return _rows([heads, ["---", *("---:" for _ in heads[1:])], *rows])


def _aims(scenario: Mapping[str, Any], measures: Mapping[str, Any]) -> str:
    rows = [["aim", "asked", "found", ""], ["---", "---:", "---:", "---"]]
    for aim in scenario["aims"]:
        case = scenario["cases"].get(aim["case"], {"title": aim["case"]})
        measure = measures.get(aim["measure"], {"title": aim["measure"], "unit": ""})
        who = aim["side"] if aim["against"] is None else f"{aim['side']} / {aim['against']}"
        what = f"{case['title']}: {measure['title']}, {who}"
        asked, came = wording.bound(aim, measure["unit"]), wording.found(aim, measure["unit"])
        rows.append([what, asked, came, VERDICTS[aim["reached"]][0]])
    return _rows(rows)


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def main(arguments: Sequence[str]) -> None:
    """Write the page and its plots anew.

    Raises:
        OperatorError: a report cannot be read, or the page names a scenario that there is not.
    """
    if len(arguments) < 2:
        raise OperatorError("Name the page and at least one report: docs/performance.md REPORT.json")
    page, files = Path(arguments[0]), [Path(one) for one in arguments[1:]]
    text, drawn = render(page.read_text(encoding="utf-8"), [read(one) for one in files], page.stem)
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.svg"):
        if old.name.split("-")[0] in {name.split("-")[0] for name in drawn}:
            old.unlink()
    for name, svg in drawn.items():
        (folder / name).write_text(svg, encoding="utf-8")
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
