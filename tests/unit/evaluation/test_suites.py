"""The question files: whole in all 29 languages, and true to the knowledge they ask about."""

import csv
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import dragoman.evaluation
from dragoman.languages.registry import LANGUAGES

ROOM = Path(dragoman.evaluation.__file__).parent
CALIBRATION = ROOM / "calibration"
SUITES = ROOM / "suites"
SHOP = Path(__file__).parents[3] / "examples" / "shop"

Record = dict[str, Any]


def records(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def entries(folder: Path) -> dict[str, str]:
    """The text below each `##` heading of a folder's Markdown files."""
    found: dict[str, str] = {}
    for file in sorted(folder.glob("*.md")):
        for heading, text in headings(file).items():
            assert heading not in found, f"two entries are called {heading!r}"
            found[heading] = text
    return found


def headings(file: Path) -> dict[str, str]:
    parts = file.read_text(encoding="utf-8").split("\n## ")[1:]
    return {heading: text for heading, _, text in (part.partition("\n") for part in parts)}


def approved(code: str) -> list[dict[str, str]]:
    with (SHOP / "curated" / f"{code}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bare(text: str) -> str:
    """The text without case, spaces and punctuation."""
    return "".join(one for one in text.casefold() if unicodedata.category(one)[0] not in "PZS")


def assert_answered(asked: list[Record], known: dict[str, str]) -> None:
    """Each answerable question names an entry, and that entry holds what the reply must."""
    for record in asked:
        if record["answerable"]:
            for wanted in record["must_contain"]:
                either = [wanted] if isinstance(wanted, str) else wanted
                assert any(one in known[record["entry"]] for one in either), record["id"]
        else:
            assert record["entry"] is None, record["id"]
            assert not record["must_contain"], record["id"]


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


def test_the_shop_is_asked_eighteen_questions_in_every_language() -> None:
    counted = Counter((r["language"], r["kind"]) for r in records(SUITES / "shop.jsonl"))
    wanted = {"answerable": 12, "unanswerable": 4, "opposite": 1, "absent_figure": 1}
    assert counted == {(code, kind): n for code in LANGUAGES for kind, n in wanted.items()}


def test_questions_to_the_shop_are_answered_by_the_entries_they_name() -> None:
    asked = records(SUITES / "shop.jsonl")
    known = entries(SHOP)
    assert_unique(asked, "question")
    assert_answered(asked, known)
    local = {heading for code in ("ar", "de", "zh") for heading in headings(SHOP / f"{code}.md")}
    assert {r["entry"] for r in asked if r["answerable"]} == known.keys() - local
    # A question without a figure to look for says only whether it was answered: two entries have none.
    figureless = [r["id"] for r in asked if r["kind"] == "answerable" and not r["must_contain"]]
    assert len(figureless) == 2
    assert all(r["must_contain"] for r in asked if r["kind"] == "absent_figure")


def test_shop_questions_name_approved_answers_by_their_ids() -> None:
    asked = records(SUITES / "shop.jsonl")
    ids = {row["id"] for row in approved("en")}
    assert {r["curated"] for r in asked if r["curated"]} == ids
    for record in asked:
        if record["kind"] == "opposite":
            assert record["not_curated"] in ids - {record["curated"]}, record["id"]
    counted = Counter(r["language"] for r in asked if r["kind"] == "answerable" and r["curated"])
    assert all(7 <= counted[code] <= 10 for code in LANGUAGES)


def test_no_question_is_an_approved_wording_word_for_word() -> None:
    asked = records(SUITES / "shop.jsonl")
    worded = {
        (row["language"], bare(wording))
        for file in (SHOP / "curated").glob("*.csv")
        for row in approved(file.stem)
        for wording in [row["question"], *row["wordings"].split("|")]
    }
    assert worded
    assert not [r["id"] for r in asked if (r["language"], bare(r["question"])) in worded]


def test_asserted_figures_stand_nowhere_in_the_shop() -> None:
    known = "".join(entries(SHOP).values())
    wrong = {
        figure
        for r in records(SUITES / "shop.jsonl")
        if r["kind"] == "absent_figure"
        for figure in r["must_not_contain"]
    }
    assert wrong
    assert not {figure for figure in wrong if re.search(rf"(?<!\d){figure}(?!\d)", known)}


def test_sixty_messages_and_twenty_questions_about_tricked_documents_come_in_ten_languages() -> None:
    tried = records(SUITES / "injections.jsonl")
    assert_unique(tried, "message")
    counted = Counter((r["language"], r["kind"] == "hostile_document") for r in tried)
    assert len({r["language"] for r in tried}) == 10
    assert all(n == (2 if document else 6) for (_, document), n in counted.items())
    assert all(r["expect_language"] == r["language"] for r in tried)


def test_tricked_documents_hold_what_no_reply_may() -> None:
    tricks = "".join(entries(SUITES / "hostile_knowledge").values())
    for record in records(SUITES / "injections.jsonl"):
        if record["kind"] == "hostile_document":
            assert all(one in tricks for one in record["must_not_contain"])


def test_pairs_hold_as_many_of_each_sort_in_every_language() -> None:
    pairs = records(SUITES / "opposites.jsonl")
    counted = Counter((r["language"], r["kind"], r["same"]) for r in pairs)
    wanted = {"paraphrase": 2, "opposite": 2, "negation": 1, "other_figure": 1}
    assert counted == {(c, k, k == "paraphrase"): n for c in LANGUAGES for k, n in wanted.items()}
    assert all(r["a"] != r["b"] for r in pairs)
