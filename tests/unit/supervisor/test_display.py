import io
import json

import pytest
from rich.console import Console

from dragoman.supervisor.display import Plain
from dragoman.supervisor.terminal import Terminal

Capture = pytest.CaptureFixture[str]


def test_elsewhere_than_in_a_terminal_logs_are_json_and_words_are_lines(capsys: Capture) -> None:
    plain = Plain(readable_logs=False)
    plain.say("engine", "the stand-in answers")
    plain.output("engine", '{"event": "loaded"}')
    plain.output("engine", "a library's own words")
    plain.ended("engine", "killed by SIGKILL", 0.5)
    plain.back("engine", 3.21)
    plain.box("Ready", {"Page": "http://127.0.0.1:5000/"})
    plain.close()
    out, err = capsys.readouterr()
    assert out.splitlines() == ["engine: the stand-in answers", "Ready", "  Page    http://127.0.0.1:5000/"]
    logs = [json.loads(line) for line in err.splitlines()]
    assert [log["event"] for log in logs] == ["loaded", "output", "process_ended", "process_back"]
    assert logs[2]["why"] == "killed by SIGKILL"
    assert all(log["process"] == "engine" for log in logs[1:])


def test_readable_logs_begin_with_their_process(capsys: Capture) -> None:
    plain = Plain(readable_logs=True)
    plain.output("desk", "12:00:00 [info] turn_done process=desk seconds=1.2")
    plain.ended("desk", "exit status 1.", 1)
    out, err = capsys.readouterr()
    assert err == "desk     | 12:00:00 [info] turn_done seconds=1.2\n"
    assert out == "desk ended (exit status 1); starting it again in 1 s.\n"


def test_progress_is_a_line_a_quarter(capsys: Capture) -> None:
    plain = Plain(readable_logs=True)
    for done in range(101):
        plain.progress("engine", "weights", done, 100)
    plain.progress("engine", "load", 0, 0)
    assert capsys.readouterr().out.splitlines() == [
        *(f"engine: weights {percent}%" for percent in (0, 25, 50, 75, 100)),
        "engine: load",
    ]


def test_nobody_reading_along_any_more_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Gone())
    Plain(readable_logs=True).say("desk", "hello")


def test_a_terminal_shows_bars_lines_and_a_box() -> None:
    written = io.StringIO()
    terminal = Terminal(readable_logs=True, console=Console(file=written, force_terminal=True, width=100))
    terminal.progress("engine", "asking", 0, 0)
    for done in (0, 50, 100):
        terminal.progress("engine", "fetching weights", done, 100)
    terminal.output("desk", "12:00:00 [warning ] [red]not markup[/red] process=desk")
    terminal.ended("engine", "killed by SIGKILL", 0.5)
    terminal.box("Dragoman is ready", {"Page": "http://127.0.0.1:5000/", "Home": "/h [1]"})
    terminal.close()
    text = written.getvalue()
    for expected in (
        "fetching weights: done.",
        "[red]not markup[/red]",
        "ended (killed by SIGKILL); starting it again in 0.5 s.",
        "Dragoman is ready",
        "http://127.0.0.1:5000/",
        "/h [1]",
    ):
        assert expected in text
