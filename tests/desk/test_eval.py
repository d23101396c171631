"""`dragoman eval` from outside: the verb, a desk of its own in a home of its own, and what it writes."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from dragoman.cli.app import run
from dragoman.testing.loopback import loopback
from dragoman.testing.scripted_engine import ScriptedEngine
from dragoman.testing.scripted_server import openai_app

pytestmark = pytest.mark.database

HELP = "# Help\n\n## Delivery to Austria\nDelivery to Austria takes 4 working days and costs 9 euros.\n"
QUESTION = {"id": "q1", "language": "en", "question": "How many days does delivery to Austria take?"}
OFF_TOPIC = {"id": "q2", "language": "en", "question": "Who painted the Mona Lisa?", "answerable": False}
FIELDS = {
    "id", "language", "question", "reply", "reply_language", "source", "citations", "seconds",
    "first_token_seconds", "passed", "failures",
}  # fmt: skip


@pytest.fixture
async def engine() -> AsyncGenerator[str]:
    """The address of an engine whose every reply is the right one to the question."""
    scripted = ScriptedEngine(usual="Delivery to Austria takes 4 working days.")
    async with loopback(openai_app(scripted)) as url:
        yield f"{url}/v1"


def questions(folder: Path, *records: dict[str, Any]) -> Path:
    (folder / "help.md").write_text(HELP, encoding="utf-8")
    file = folder / "questions.jsonl"
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return file


async def evaluated(folder: Path, engine: str, *options: str) -> int:
    arguments = [
        "eval", "--home", str(folder / "home"), "--engine", engine, "--knowledge", str(folder / "help.md"),
        "--questions", str(folder / "questions.jsonl"), "--report", str(folder / "report.json"), *options,
    ]  # fmt: skip
    return await asyncio.to_thread(run, arguments)


async def test_a_suite_from_outside_is_reported_question_by_question(tmp_path: Path, engine: str) -> None:
    questions(tmp_path, {**QUESTION, "must_contain": ["4"]}, OFF_TOPIC)
    status = await evaluated(tmp_path, engine, "--html", str(tmp_path / "page.html"))
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert set(report) == {"records", "languages", "totals"}
    first, second = report["records"]
    assert set(first) == set(second) == FIELDS
    assert (first["passed"], first["reply_language"], first["failures"]) == (True, "en", [])
    assert "4" in first["reply"]
    assert first["citations"][0]["title"].startswith("Help")
    assert 0 < first["first_token_seconds"] <= first["seconds"]
    assert (second["source"], second["passed"]) == ("declined", True)
    assert report["languages"]["en"]["passed"] == report["totals"]["passed"] == 2
    assert status == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert not (tmp_path / "home" / "postgres").exists(), "what it asked is gone with the home it asked in"


async def test_a_failing_suite_ends_with_one(
    tmp_path: Path, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    questions(tmp_path, {**QUESTION, "must_contain": ["17"]})
    assert await evaluated(tmp_path, engine) == 1
    assert "1 of 1 questions did not pass" in capsys.readouterr().err
    record = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["records"][0]
    assert (record["passed"], record["failures"]) == (False, ["lacks '17'"])


async def test_thresholds_decide_where_they_are_given(
    tmp_path: Path, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    questions(tmp_path, {**QUESTION, "must_contain": ["17"]})
    assert await evaluated(tmp_path, engine, "--gate", "reply_language=1") == 0
    assert await evaluated(tmp_path, engine, "--gate", "passed=0.9", "--strategy", "plain") == 1
    assert "passed: 0.0% (0 of 1), at least 90.0% wanted" in capsys.readouterr().err
