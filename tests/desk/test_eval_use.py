"""`dragoman eval`: what is refused before anything starts, and what needs no desk."""

import json
from pathlib import Path

import pytest

from dragoman.cli.app import run

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "help.md").write_text("# Help", encoding="utf-8")
    (tmp_path / "q.jsonl").write_text('{"id": "a", "language": "de", "question": "Wie?"}\n', encoding="utf-8")
    return str(tmp_path / "help.md"), str(tmp_path / "q.jsonl")


def refused(capsys: Capture, *arguments: str) -> str:
    assert run(["eval", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1, "one line"
    return captured.err


def test_a_broken_questions_file_is_told_with_its_line(
    capsys: Capture, home: str, files: tuple[str, str]
) -> None:
    knowledge, questions = files
    with Path(questions).open("a", encoding="utf-8") as more:
        more.write('{"id": "b", "language": "de"}\n')
    said = refused(capsys, "--home", home, "--knowledge", knowledge, "--questions", questions)
    assert f"{questions}, line 2: question must be a text" in said
    assert not Path(home).exists()


def test_what_does_not_go_together_is_refused(capsys: Capture, home: str, files: tuple[str, str]) -> None:
    knowledge, questions = files
    both = ("--knowledge", knowledge, "--questions", questions)
    assert "--questions needs --knowledge" in refused(capsys, "--home", home, "--questions", questions)
    assert "--knowledge needs --questions" in refused(capsys, "--home", home, "--knowledge", knowledge)
    assert "leave it out" in refused(capsys, "--home", home, *both, "--suite", "facts")
    assert "no suite 'fact'" in refused(capsys, "--home", home, "--suite", "fact")
    assert "'xx' is none" in refused(capsys, "--home", home, "--languages", "de,xx")
    assert "--model names a model" in refused(capsys, "--home", home, "--model", "m")
    assert "no measure" in refused(capsys, "--home", home, "--gate", "good=1")
    assert "cannot be read" in refused(capsys, "--home", home, "--compare", f"{home}.json")
    assert "There is no folder" in refused(capsys, "--home", home, "--report", f"{home}/none/r.json")
    gone = ("--knowledge", f"{knowledge}.none", "--questions", questions)
    assert "There is no" in refused(capsys, "--home", home, *gone)
    part = ("--strategy", "plain", "--suite", "cache")
    assert "does not have" in refused(capsys, "--home", home, *part)
    assert "leave --strategy out" in refused(capsys, "--home", home, "--save-levels", "--strategy", "plain")


def test_no_engine_at_the_address_is_told(capsys: Capture, home: str) -> None:
    said = refused(
        capsys, "--home", home, "--engine", "http://127.0.0.1:9/v1", "--suite", "facts", "--limit", "1"
    )
    assert "http://127.0.0.1:9/v1 is not ready" in said
    assert not Path(home).exists()


def test_detection_needs_no_desk(capsys: Capture, home: str, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    options = ["--home", home, "--suite", "detection", "--languages", "de,ja", "--report", str(report)]
    assert run(["eval", *options, "--gate", "every.detection=0.9", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert set(printed["languages"]) == {"de", "ja"}
    assert printed == json.loads(report.read_text(encoding="utf-8"))
    assert run(["eval", *options, "--compare", str(report)]) == 0
    assert "Nothing differs" in capsys.readouterr().out
    assert not Path(home).exists()
