"""`dragoman doctor` as an owner calls it, where nothing runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dragoman.cli.app import run
from dragoman.doctor import run as doctor
from dragoman.doctor.base import Case, Finding, fail, ok, warn

Capture = pytest.CaptureFixture[str]


def well(_case: Case) -> Iterator[Finding]:
    yield ok("well", "As it should be", number=1)
    yield warn("nearly", "Look after it: do this.")


def broken(_case: Case) -> Iterator[Finding]:
    yield ok("begun", "So far")
    raise RuntimeError("with words that are nobody's business")


def ill(_case: Case) -> Iterator[Finding]:
    yield fail("ill", "It is down: start it.")


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(doctor.examine, "__defaults__", ((well,),))
    return monkeypatch


def test_warnings_leave_the_status_at_0(capsys: Capture, checks: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run(["doctor", "--home", str(tmp_path)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split(maxsplit=2) == ["ok", "well", "As it should be"]
    assert out[-1] == "1 ok, 1 warn"


def test_a_failure_makes_it_1_and_json_says_which(
    capsys: Capture, checks: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    checks.setattr(doctor.examine, "__defaults__", ((well, ill),))
    assert run(["--home", str(tmp_path), "doctor", "--json"]) == 1
    record = json.loads(capsys.readouterr().out)
    assert record["state"] == "fail"
    assert record["findings"][0] == {
        "check": "well",
        "state": "ok",
        "text": "As it should be",
        "facts": {"number": 1},
    }


def test_a_check_that_breaks_is_told_and_the_others_go_on(
    capsys: Capture, checks: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    checks.setattr(doctor.examine, "__defaults__", ((broken, well),))
    assert run(["--home", str(tmp_path), "doctor"]) == 1
    out = capsys.readouterr().out
    assert "broken         This check itself broke (RuntimeError)" in out
    assert "nobody's business" not in out
    assert "As it should be" in out


def test_wrong_settings_are_one_finding_of_many(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dragoman.toml").write_text("[desk]\nprot = 1\n", encoding="utf-8")
    assert run(["--home", str(tmp_path), "doctor", "--json"]) == 1
    found = {one["check"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert found["settings"]["state"] == "fail"
    assert "did you mean desk.port?" in found["settings"]["text"]
    assert found["python"]["state"] == "ok"
