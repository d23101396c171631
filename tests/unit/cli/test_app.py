import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from dragoman.cli.app import run
from dragoman.supervisor.home import held

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DRAGOMAN_HOME", str(tmp_path / "default"))


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield int(holder.getsockname()[1])


def refused(capsys: Capture, *arguments: str) -> str:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1, "one line"
    return captured.err


def test_version(capsys: Capture) -> None:
    assert run(["version", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == version("dragoman")


def test_called_with_nothing_it_helps(capsys: Capture) -> None:
    assert run([]) == 0
    assert "serve" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frob"], "No such command 'frob'. See: dragoman --help"),
        (["serve", "--prot", "1"], "No such option: --prot"),
        (["serve", "--port"], "--port"),
        (["serve", "--port", "x"], "See: dragoman serve --help"),
        (["--home"], "--home"),
    ],
)
def test_wrong_use_is_told_in_a_line(capsys: Capture, arguments: list[str], said: str) -> None:
    assert said in refused(capsys, *arguments)


def test_a_wrong_option_is_told_before_anything_starts(capsys: Capture, tmp_path: Path) -> None:
    said = refused(capsys, "serve", "--home", str(tmp_path / "h"), "--port", "70000")
    assert said.startswith("desk.port: expected a whole number, 0 to 65535 (command line).")
    assert not (tmp_path / "h").exists()


def test_a_taken_port_is_told_before_anything_starts(
    capsys: Capture, tmp_path: Path, taken_port: int
) -> None:
    said = refused(capsys, "serve", "--home", str(tmp_path / "h"), "--port", str(taken_port))
    assert f"The desk cannot have port {taken_port}" in said
    assert "--port" in said
    said = refused(
        capsys, "serve", "--home", str(tmp_path / "h"), "--port", "0", "--engine-port", str(taken_port)
    )
    assert f"The engine cannot have port {taken_port}" in said
    assert "--engine-port" in said
    assert not (tmp_path / "h").exists()


def test_one_serve_a_home(capsys: Capture, tmp_path: Path) -> None:
    with held(tmp_path):
        said = refused(capsys, "serve", "--home", str(tmp_path), "--port", "0", "--engine-port", "0")
    assert re.match(r"Process \d+ already serves from ", said)
    with held(tmp_path):
        pass


def test_a_home_that_is_a_file_is_told(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refused(
        capsys, "serve", "--home", str(tmp_path / "file" / "h"), "--port", "0", "--engine-port", "0"
    )
    assert "cannot be used" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["--home", "{}", "detect"],
        ["detect", "--home", "{}"],
        ["detect", "--home={}"],
        ["detect", "--json", "--home={}"],
    ],
)
def test_the_home_may_stand_before_or_after_the_verb(
    capsys: Capture, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "dragoman.toml").write_text("[desk]\nprot = 1\n")
    said = refused(capsys, *(argument.format(tmp_path) for argument in arguments))
    assert str(tmp_path / "dragoman.toml") in said


def test_no_desk_to_ask_is_told(capsys: Capture) -> None:
    said = refused(capsys, "ask", "hello", "--url", "http://127.0.0.1:9")
    assert "start one with `dragoman serve`" in said


def test_detect_gives_a_line_of_json_for_each_line_whatever_it_holds() -> None:
    messages = "Où est mon colis ?\n\nこんにちは\n".encode() + b"\xff\xfe\n" + "😀".encode()
    done = subprocess.run(
        [sys.executable, "-m", "dragoman", "detect"], input=messages, capture_output=True, check=True
    )
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(records) == 5
    assert [records[0]["language"], records[2]["language"]] == ["fr", "ja"]
    assert 0 < records[0]["confidence"] <= 1
    assert records[0]["candidates"][0]["language"] == "fr"


def test_help_does_not_import_what_it_does_not_need() -> None:
    program = (
        "import sys; from dragoman.cli.app import run; run(['--help']); "
        "print([m for m in ('pydantic', 'httpx', 'fastapi', 'numpy', 'openvino_genai', 'psycopg') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
