"""The question files: whole in all 29 languages, and true to the knowledge they ask about."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import dragoman.evaluation
from dragoman.languages.registry import LANGUAGES

ROOM = Path(dragoman.evaluation.__file__).parent
CALIBRATION = ROOM / "calibration"

Record = dict[str, Any]


def records(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def entries(folder: Path) -> dict[str, str]:
    """The text below each `##` heading of a folder's Markdown files."""
    found: dict[str, str] = {}
    for file in sorted(folder.glob("*.md")):
        for part in file.read_text(encoding="utf-8").split("\n## ")[1:]:
            heading, _, text = part.partition("\n")
            assert heading not in found, f"two entries are called {heading!r}"
            found[heading] = text
    return found


def assert_answered(asked: list[Record], known: dict[str, str]) -> None:
    """Each answerable question names an entry, and that entry holds what the reply must."""
    for record in asked:
        if record["answerable"]:
            assert record["must_contain"], record["id"]
            for wanted in record["must_contain"]:
                assert wanted in known[record["entry"]], record["id"]
        else:
            assert record["entry"] is None and not record["must_contain"], record["id"]


def assert_unique(asked: list[Record], text: str) -> None:
    assert not [i for i, n in Counter(r["id"] for r in asked).items() if n > 1]
    assert not [t for t, n in Counter((r["language"], r[text]) for r in asked).items() if n > 1]


def test_calibration_asks_ten_and_six_in_every_language() -> None:
    counted = Counter((r["language"], r["answerable"]) for r in records(CALIBRATION / "questions.jsonl"))
    assert counted == {(code, known): 10 if known else 6 for code in LANGUAGES for known in (True, False)}


def test_calibration_questions_are_answered_by_the_entries_they_name() -> None:
    asked = records(CALIBRATION / "questions.jsonl")
    known = entries(CALIBRATION / "knowledge")
    assert_unique(asked, "question")
    assert_answered(asked, known)
    assert len({r["entry"] for r in asked if r["answerable"]}) >= 24
