"""Writes what was measured into `docs/languages.md`: `python -m dragoman.evaluation.report_languages REPORT.json [PAGE.md]`.

What stands between the markers of the page is replaced, so that the page is generated and never edited by hand.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dragoman.evaluation.levels import findings
from dragoman.evaluation.measures import MEASURES, title
from dragoman.evaluation.report import Report, read
from dragoman.evaluation.statistics import share_of
from dragoman.evaluation.table import measures_of
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import OperatorError

BEGIN = "<!-- measured: begin (python -m dragoman.evaluation.report_languages) -->"
END = "<!-- measured: end -->"
PAGE = Path("docs") / "languages.md"


def tables(report: Report) -> str:
    """Return the tables in Markdown: each language with its level and its measures, and what the measures mean."""
    names = measures_of(report)
    levels = findings(report)
    run, totals = report["totals"]["run"], report["totals"]
    head = [
        "language",
        *(["level"] if levels else []),
        *(title(name).lower() for name in names),
        "median seconds",
    ]
    lines = [
        f"Measured with `{run['model']}` on {run['knowledge']}, by the way `{run['strategy']}`: "
        f"{totals['questions']} questions, {run['began'][:10]}, Dragoman {run['version']}. "
        "How many of how many; more is better everywhere.",
        "",
        _line(head),
        _line(["---"] * len(head)),
    ]
    for code, summary in report["languages"].items():
        level = [levels[code].level.value if code in levels else "–"] if levels else []
        lines.append(_line([f"{LANGUAGES[code].english} ({code})", *level, *_cells(summary, names)]))
    lines.append(_line(["**all**", *([""] if levels else []), *_cells(totals, names)]))
    return "\n".join(
        [*lines, "", *(f"- {title(name)}: {MEASURES[name].meaning}." for name in names if name in MEASURES)]
    )


def _cells(summary: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    shares = [share_of(summary["measures"][name]) if name in summary["measures"] else None for name in names]
    median = summary["seconds"]["median"]
    return [
        *("–" if share is None else f"{share.count}/{share.of}" for share in shares),
        "–" if median is None else f"{median:.1f}",
    ]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def written_into(page: str, text: str) -> str:
    """Return the page with `text` between its markers.

    Raises:
        OperatorError: the page does not have both markers, each once, in order.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise OperatorError(f"The page needs the lines {BEGIN} and {END}, once each, in this order.")
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def main(arguments: Sequence[str]) -> int:
    """Write the tables into the page. Returns the exit status."""
    if len(arguments) not in (1, 2):
        sys.stderr.write("usage: python -m dragoman.evaluation.report_languages REPORT.json [PAGE.md]\n")
        return 2
    page = Path(arguments[1]) if len(arguments) == 2 else PAGE
    try:
        report = read(Path(arguments[0]))
        page.write_text(written_into(page.read_text(encoding="utf-8"), tables(report)), encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"{page} cannot be used ({error.strerror}).\n")
        return 2
    except OperatorError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
