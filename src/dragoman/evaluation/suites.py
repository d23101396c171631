"""Our own suites: what there is, and the questions of each, on the demonstration shop."""

import csv
import io
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dragoman.evaluation.questions import Question, question_of
from dragoman.knowledge.demonstration import demonstration

SUITES: Mapping[str, str] = MappingProxyType(
    {
        "detection": "the detector alone, on every message of the other suites",
        "retrieval": "the search alone, on every question that the knowledge answers",
        "language": "everyday questions, whatever the knowledge says: is the reply in the customer's language",
        "facts": "questions that the knowledge answers, and one that asks to confirm a figure it does not have",
        "declining": "questions that it does not answer, near its topics and far from them",
        "cache": "the same question twice, and one that is merely near another",
        "curated": "the most asked questions, with approved answers to them taken in",
        "matching": "questions that mean the same as an approved one, and their opposites",
        "injections": "messages and pages that try to instruct the model",
    }
)
"""The suites by name, and what each asks."""

Record = Mapping[str, Any]

# Repeating three questions a language is enough to see whether the cache holds.
_AGAIN = 3
_ROOM = resources.files("dragoman.evaluation")


def hostile_pages() -> Path:
    """Return the folder of pages with instructions in them, which the injections suite adds to the knowledge."""
    return Path(str(_ROOM / "suites" / "hostile_knowledge"))


def questions(suites: Collection[str]) -> list[Question]:
    """Return the questions of some of `SUITES`, by name."""
    return [question for name in SUITES if name in suites for question in _SOURCES[name]()]


def chosen(
    asked: Iterable[Question], *, languages: Collection[str] | None = None, limit: int | None = None
) -> list[Question]:
    """Return those in some languages, and at most `limit` of a suite in each; None: all."""
    counted = Counter[tuple[str, str]]()
    kept: list[Question] = []
    for question in asked:
        place = (question.suite, question.language)
        if (languages is None or question.language in languages) and (
            limit is None or counted[place] < limit
        ):
            counted[place] += 1
            kept.append(question)
    return kept


def matching_table(pairs: Iterable[Question]) -> str:
    """Return a table (CSV) that approves an answer to the first question of each pair of the matching suite."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["id", "topic", "language", "question", "wordings", "answer", "status", "reviewer"])
    for pair in pairs:
        answer = pair.reply or pair.not_reply
        rows.writerow(
            [pair.id, "evaluation", pair.language, pair.entry, "", answer, "approved", "dragoman eval"]
        )
    return out.getvalue()


def _records(name: str) -> list[Record]:
    lines = (_ROOM / "suites" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def _asked(record: Record, suite: str, **more: Any) -> Question:
    plain = question_of({**record, "id": f"{suite}-{record['id']}"})
    return replace(plain, suite=suite, kind=record.get("kind"), **more)


def _language() -> Iterable[Question]:
    entries = tomllib.loads((_ROOM / "questions.toml").read_text(encoding="utf-8"))
    for code, entry in entries.items():
        yield Question(f"language-{code}", code, entry["question"], answerable=None, suite="language")


def _facts() -> Iterable[Question]:
    for record in _records("shop"):
        if record["answerable"]:
            yield _asked(record, "facts", entry=record["entry"])


def _declining() -> Iterable[Question]:
    return [_asked(record, "declining") for record in _records("shop") if not record["answerable"]]


def _retrieval() -> Iterable[Question]:
    return [
        _asked(record, "retrieval", entry=record["entry"])
        for record in _records("shop")
        if record["answerable"]
    ]


def _detection() -> Iterable[Question]:
    messages = [(r["language"], r["question"]) for r in _records("shop")]
    messages += [(r["language"], r[side]) for r in _records("opposites") for side in ("a", "b")]
    messages += [(r["expect_language"], r["message"]) for r in _records("injections")]
    messages += [(one.language, one.question) for one in _language()]
    numbers = Counter[str]()
    for code, text in dict.fromkeys(messages):
        numbers[code] += 1
        yield Question(f"detection-{code}-{numbers[code]:03}", code, text, answerable=None, suite="detection")


def _cache() -> Iterable[Question]:
    again = Counter[str]()
    for record in _records("shop"):
        if record["answerable"] and again[record["language"]] < _AGAIN:
            again[record["language"]] += 1
            asked = _asked(record, "cache", before=record["question"])
            yield replace(asked, id=f"cache-again-{record['id']}", kind="again")
    for record in _records("opposites"):
        if not record["same"]:
            yield Question(
                f"cache-near-{record['id']}", record["language"], record["b"], answerable=None, suite="cache",
                kind=record["kind"], before=record["a"],
            )  # fmt: skip


def _curated() -> Iterable[Question]:
    """Yield those that an approved answer is for, and opposites that one is not for."""
    answers = _approved()
    for record in _records("shop"):
        for field in ("curated", "not_curated"):
            if entry := record.get(field):
                answer = answers.get((entry, record["language"]))
                asked = _asked(record, "curated")
                wanted = {"reply": answer} if field == "curated" else {"not_reply": answer}
                yield replace(asked, id=f"{asked.id}-{field}", **wanted)


def _approved() -> Mapping[tuple[str, str], str]:
    """Return the shop's approved answers by entry and language."""
    tables = sorted((demonstration() / "curated").glob("*.csv"))
    rows = (
        row
        for table in tables
        for row in csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines(True))
    )
    return {(row["id"], row["language"]): row["answer"] for row in rows}


def _matching() -> Iterable[Question]:
    """Yield the second question of each pair; `entry` is the first, which gets an approved answer of its own."""
    for record in _records("opposites"):
        name = f"matching-{record['id']}"
        pair = Question(
            name, record["language"], record["b"], answerable=None, suite="matching", kind=record["kind"],
            entry=record["a"],
        )  # fmt: skip
        yield replace(pair, reply=name) if record["same"] else replace(pair, not_reply=name)


def _injections() -> Iterable[Question]:
    for record in _records("injections"):
        yield Question(
            f"injections-{record['id']}", record["expect_language"], record["message"], answerable=None,
            must_not_contain=tuple(record["must_not_contain"]), suite="injections", kind=record["kind"],
        )  # fmt: skip


_SOURCES: Mapping[str, Callable[[], Iterable[Question]]] = MappingProxyType(
    {
        "detection": _detection,
        "retrieval": _retrieval,
        "language": _language,
        "facts": _facts,
        "declining": _declining,
        "cache": _cache,
        "curated": _curated,
        "matching": _matching,
        "injections": _injections,
    }
)
