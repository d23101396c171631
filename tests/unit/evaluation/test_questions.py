import json
from pathlib import Path
from typing import Any

import pytest

from dragoman.evaluation.questions import read_questions
from dragoman.nouns.errors import OperatorError

GOOD: dict[str, Any] = {
    "id": "a",
    "language": "de",
    "question": "Wie lange?",
    "must_contain": ["4", ["5", "6"]],
}


def file(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_questions_are_read_as_they_are_written(tmp_path: Path) -> None:
    more = {
        **GOOD,
        "id": "b",
        "answerable": False,
        "must_contain": [],
        "must_not_contain": ["x"],
        "their_own": 1,
    }
    first, second = read_questions(file(tmp_path, json.dumps(GOOD), "", json.dumps(more)))
    assert (first.answerable, first.must_contain) == (True, (("4",), ("5", "6")))
    assert (second.answerable, second.must_not_contain) == (False, ("x",))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[]", "expected a JSON object"),
        (json.dumps({**GOOD, "id": ""}), "id must be a text"),
        (json.dumps({**GOOD, "id": "first"}), "id 'first' stands on line 1 too"),
        (json.dumps({**GOOD, "language": "xx"}), "'xx' is none of the 29"),
        (json.dumps({**GOOD, "question": 5}), "question must be a text"),
        (json.dumps({**GOOD, "answerable": "yes"}), "answerable must be true or false"),
        (json.dumps({**GOOD, "must_contain": "4"}), "must_contain must be a list"),
        (json.dumps({**GOOD, "must_contain": [[]]}), "one is enough"),
        (json.dumps({**GOOD, "must_not_contain": [""]}), "must_not_contain must be a list"),
        (json.dumps({**GOOD, "must_contian": []}), "write 'must_contain'"),
        ("[" * 100_000, "line 3"),
    ],
)
def test_a_broken_line_is_named_by_its_number(tmp_path: Path, line: str, said: str) -> None:
    path = file(tmp_path, json.dumps({**GOOD, "id": "first"}), "", line)
    with pytest.raises(OperatorError, match=r"questions\.jsonl, line 3: ") as raised:
        read_questions(path)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe"])
def test_a_file_without_questions_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(content)
    with pytest.raises(OperatorError, match="one JSON object a line"):
        read_questions(path)
    with pytest.raises(OperatorError, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")
