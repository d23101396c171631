"""The report of a run: every reply, and what they come to by language, by suite and in all."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dragoman.evaluation.checks import Judged
from dragoman.evaluation.measures import shown
from dragoman.evaluation.questions import OUTSIDE
from dragoman.evaluation.statistics import percentile, share
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import OperatorError

Report = Mapping[str, Any]
"""`{"records": [...], "languages": {...}, "totals": {...}}`, as `docs/reference/evaluation.md` has it."""


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured, and how.

    Attributes:
        model: the weights that answered, or None.
        strategy: `desk`, `plain` or `translate`.
        knowledge: what the knowledge was read from.
        began: when, in ISO 8601.
        seconds: how long the questions took, all together.
    """

    version: str
    model: str | None
    strategy: str
    knowledge: str
    began: str
    seconds: float


def build(judged: Sequence[Judged], run: Run) -> dict[str, Any]:
    """Put the report together."""
    codes = [code for code in LANGUAGES if any(one.question.language == code for one in judged)]
    suites = list(dict.fromkeys(one.question.suite for one in judged))
    return {
        "records": [record(one) for one in judged],
        "languages": {
            code: summary([one for one in judged if one.question.language == code]) for code in codes
        },
        "totals": {
            **summary(judged),
            "suites": {
                name: summary([one for one in judged if one.question.suite == name]) for name in suites
            },
            "run": asdict(run),
        },
    }


def record(one: Judged) -> dict[str, Any]:
    """Return one question's record; those of our own suites say also what was looked at."""
    question, heard = one.question, one.heard
    fixed: dict[str, Any] = {
        "id": question.id,
        "language": question.language,
        "question": question.question,
        "reply": heard.reply,
        "reply_language": one.reply_language,
        "source": heard.source,
        "citations": list(heard.citations),
        "seconds": round(heard.seconds, 3),
        "first_token_seconds": None
        if heard.first_token_seconds is None
        else round(heard.first_token_seconds, 3),
        "passed": one.passed,
        "failures": one.failures,
    }
    if question.suite == OUTSIDE:
        return fixed
    ours = {"suite": question.suite, "kind": question.kind, "answerable": question.answerable}
    return {**fixed, **ours, "model": heard.model, "marks": one.marks}


def summary(some: Sequence[Judged]) -> dict[str, Any]:
    """Return counts, shares with their intervals, sources and times of some questions."""
    names = shown({name for one in some for name in one.marks})
    return {
        "questions": len(some),
        "passed": sum(one.passed for one in some),
        "measures": {
            name: share(one.marks[name] for one in some if name in one.marks).as_json() for name in names
        },
        "sources": dict(Counter(one.heard.source or "none" for one in some).most_common()),
        "seconds": _times([one.heard.seconds for one in some if one.heard.source is not None]),
        "first_token_seconds": _times(
            [one.heard.first_token_seconds for one in some if one.heard.first_token_seconds is not None]
        ),
    }


def _times(seconds: Sequence[float]) -> dict[str, float | None]:
    return {
        name: None if (value := percentile(seconds, part)) is None else round(value, 3)
        for name, part in (("median", 0.5), ("p95", 0.95))
    }


def write(report: Report, path: Path) -> None:
    """Write the report as JSON.

    Raises:
        OperatorError: it cannot be written there.
    """
    write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", path)


def write_text(text: str, path: Path) -> None:
    """Write a file whose folder is there.

    Raises:
        OperatorError: it cannot be written there.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"{path} cannot be written ({error.strerror}): choose another place.") from None


def read(path: Path) -> Report:
    """Read a report that `write` wrote.

    Raises:
        OperatorError: there is none, or it is something else.
    """
    try:
        report: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise OperatorError(
            f"{path} cannot be read ({why}): give a report of `dragoman eval --report`."
        ) from None
    if not isinstance(report, dict) or not {"records", "languages", "totals"} <= set(report):  # pyright: ignore[reportUnknownArgumentType]
        raise OperatorError(f"{path} is no report: give one of `dragoman eval --report`.")
    return report  # pyright: ignore[reportUnknownVariableType]
