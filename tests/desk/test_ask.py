"""`dragoman ask`, from the terminal to a running desk."""

import json

import pytest

from dragoman.cli.app import run
from dragoman.nouns.errors import EngineInterruptedError
from dragoman.testing.scripted_engine import ScriptedEngine

pytestmark = pytest.mark.database
Capture = pytest.CaptureFixture[str]


def test_the_reply_is_printed(desk_url: str, scripted: ScriptedEngine, capsys: Capture) -> None:
    scripted.reply("Die Lieferung dauert drei Tage.")
    assert run(["ask", "Wie lange dauert die Lieferung nach Österreich?", "--url", desk_url]) == 0
    # The desk runs in this process and logs beside it, at times before the line has ended.
    assert "Die Lieferung dauert drei Tage." in capsys.readouterr().out


def test_the_record_is_printed_as_json(desk_url: str, capsys: Capture) -> None:
    assert run(["ask", "Hello?", "--language", "fr", "--json", "--url", f"{desk_url}/"]) == 0
    record = next(json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{"))
    assert (record["language_code"], record["model"], record["source"]) == ("fr", "scripted", "generated")


@pytest.mark.parametrize(
    ("arguments", "code"), [([""], "message_empty"), (["Hi", "--language", "xx"], "request_invalid")]
)
def test_what_the_desk_refuses_is_told_in_a_line(
    desk_url: str, capsys: Capture, arguments: list[str], code: str
) -> None:
    assert run(["ask", *arguments, "--url", desk_url]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert code in captured.err
    assert captured.err.count("\n") == 1


def test_an_engine_that_fails_is_told(desk_url: str, scripted: ScriptedEngine, capsys: Capture) -> None:
    scripted.reply("", failure=EngineInterruptedError())
    assert run(["ask", "Guten Tag, wo ist mein Paket?", "--url", desk_url]) == 2
    assert "engine_interrupted" in capsys.readouterr().err
