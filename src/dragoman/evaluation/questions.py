"""Questions to measure a desk with: a file of them, one JSON object a line."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import OperatorError

OUTSIDE = "outside"
"""The suite to which the questions of a file of one's own belong."""

_FIELDS = ("id", "language", "question", "answerable", "must_contain", "must_not_contain")


@dataclass(frozen=True, slots=True)
class Question:
    """One question and what a right reply to it is.

    Attributes:
        id: its name in the report, unique in its file.
        language: the language it is asked in, and is to be answered in.
        answerable: whether the knowledge answers it; if not, declining is right and anything else wrong. None: either
            is right.
        must_contain: each stands in a right reply; a figure by its value, and one of several where several are given.
        must_not_contain: none of them stands in a right reply.
        suite: what it measures, one of `suites.SUITES` or `OUTSIDE`.
        kind: a sort of question within its suite (`opposite`, `absent_figure`), for the report.
        before: a question that another customer asked just before: what fills a cache.
        entry: the heading under which the knowledge answers it, for measuring the search; None: not measured.
        reply, not_reply: the reply must be, or must not be, this, word for word.
    """

    id: str
    language: str
    question: str
    answerable: bool | None = True
    must_contain: tuple[tuple[str, ...], ...] = ()
    must_not_contain: tuple[str, ...] = ()
    suite: str = OUTSIDE
    kind: str | None = None
    before: str | None = None
    entry: str | None = None
    reply: str | None = None
    not_reply: str | None = None


def read_questions(path: Path) -> list[Question]:
    """Read a file of questions of one's own. Fields that we do not know are let be.

    Raises:
        OperatorError: it cannot be read, or a line of it is wrong; the message has the line's number.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise OperatorError(
            f"{path} cannot be read ({reason}): give a file with one JSON object a line."
        ) from None
    questions = list(_questions(text, path))
    if not questions:
        raise OperatorError(f"{path} holds no question: give one JSON object a line.")
    return questions


def _questions(text: str, path: Path) -> Iterator[Question]:
    seen: dict[str, int] = {}
    # Not `splitlines`: JSON may hold line separators of Unicode.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            question = question_of(json.loads(line))
            if question.id in seen:
                raise ValueError(f"id {question.id!r} stands on line {seen[question.id]} too")
        except (ValueError, RecursionError) as error:
            why = f"not JSON, {error}" if isinstance(error, json.JSONDecodeError) else str(error)
            raise OperatorError(f"{path}, line {number}: {why}.") from None
        seen[question.id] = number
        yield question


def question_of(record: object) -> Question:
    """Return a question from its JSON.

    Raises:
        ValueError: something in it is missing or of the wrong type, or looks misspelt; the message says what.
    """
    if not isinstance(record, dict):
        raise ValueError("expected a JSON object")
    given = cast("dict[str, Any]", record)
    _check_spelling(given)
    language = _text(given, "language")
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of the 29 codes")
    return Question(
        id=_text(given, "id"),
        language=language,
        question=_text(given, "question"),
        answerable=_truth(given, "answerable", default=True),
        must_contain=_alternatives(given, "must_contain"),
        must_not_contain=_texts(given, "must_not_contain"),
    )


def _check_spelling(given: dict[str, Any]) -> None:
    """Have a misspelt field stand out, since a check that is silently left out passes everything."""
    for field in sorted(given.keys() - set(_FIELDS)):
        if meant := difflib.get_close_matches(field, _FIELDS, n=1, cutoff=0.85):
            raise ValueError(f"unknown field {field!r}, write {meant[0]!r}")


def _text(given: dict[str, Any], field: str) -> str:
    value = given.get(field)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{field} must be a text that is not empty")
    return value


def _truth(given: dict[str, Any], field: str, *, default: bool) -> bool:
    value = given.get(field, default)
    if not isinstance(value, bool):
        raise ValueError(f"{field} must be true or false")
    return value


def _texts(given: dict[str, Any], field: str) -> tuple[str, ...]:
    values: Any = given.get(field) or []
    if not _all_texts(values):
        raise ValueError(f"{field} must be a list of texts that are not empty")
    return tuple(cast("list[str]", values))


def _alternatives(given: dict[str, Any], field: str) -> tuple[tuple[str, ...], ...]:
    values: Any = given.get(field) or []
    if not isinstance(values, list):
        raise ValueError(f"{field} must be a list")
    found: list[tuple[str, ...]] = []
    for one in cast("list[Any]", values):
        either: Any = [one] if isinstance(one, str) else one
        if not either or not _all_texts(either):
            raise ValueError(f"{field} must be a list of texts, or of lists of texts of which one is enough")
        found.append(tuple(cast("list[str]", either)))
    return tuple(found)


def _all_texts(values: Any) -> bool:
    return isinstance(values, list) and all(
        isinstance(one, str) and bool(one.strip()) for one in cast("list[Any]", values)
    )
