"""`dragoman bench` as it is called."""

import asyncio
import json
from pathlib import Path

import pytest

from dragoman.bench.catalogue import SCENARIOS
from dragoman.bench.measures import MEASURES
from dragoman.cli.app import run
from dragoman.testing.scripted_backend import ScriptedBackend

Capture = pytest.CaptureFixture[str]
REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "bench.md"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAGOMAN_HOME", str(tmp_path / "home"))


async def test_a_quick_run_measures_every_load_and_writes_the_report(
    scripted_url: str, backend: ScriptedBackend, capsys: Capture, tmp_path: Path
) -> None:
    place = tmp_path / "report.json"
    arguments = ["bench", "engine", "--quick", "--engine", scripted_url, "--json", "--report", str(place)]
    assert await asyncio.to_thread(run, [*arguments, "--seed", "3"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(place.read_text(encoding="utf-8"))
    assert (told["run"]["quick"], told["run"]["runs"], told["run"]["seed"]) == (True, 1, 3)
    cases = told["scenarios"]["engine"]["cases"]
    assert list(cases) == ["prefill", "stream", "chats_2", "chats_4"]
    figures = {name: case["sides"]["dragoman"]["figures"] for name, case in cases.items()}
    assert {"prefill", "first_p95"} <= set(figures["prefill"])
    assert {"decode", "between_p50"} <= set(figures["stream"])
    assert {"generated", "requests", "whole_p95"} <= set(figures["chats_4"])
    assert all(found["errors"]["high"] == 0 for found in figures.values())
    assert figures["stream"]["reply_tokens"]["median"] == 16
    assert len({one.prompt for one in backend.asked}) == len(backend.asked), "nobody is asked twice"


async def test_peers_are_measured_in_turns_and_their_quotients_told(
    scripted_url: str, capsys: Capture
) -> None:
    arguments = ["bench", "peers", "--quick", "--engine", scripted_url, "--peer", f"twin={scripted_url}"]
    assert await asyncio.to_thread(run, [*arguments, "--json"]) == 0
    peers = json.loads(capsys.readouterr().out)["scenarios"]["peers"]
    assert list(peers["sides"]) == ["dragoman", "twin"]
    assert peers["sides"]["twin"] == {"model": "scripted"}
    compared = {(one["side"], one["against"]) for one in peers["cases"]["stream"]["comparisons"]}
    assert compared == {("dragoman", "twin")}
    assert all(aim["reached"] is None for aim in peers["aims"])


async def test_the_table_is_printed_without_json(scripted_url: str, capsys: Capture) -> None:
    assert await asyncio.to_thread(run, ["bench", "engine", "--quick", "--engine", scripted_url]) == 0
    printed = capsys.readouterr()
    assert "decode, one stream" in printed.out
    assert "the figures say nothing" in " ".join(printed.out.split())
    assert "engine: one stream" in printed.err


def test_a_scenario_that_cannot_be_measured_is_told_with_status_1(capsys: Capture) -> None:
    assert run(["bench", "engine", "--quick", "--engine", "http://127.0.0.1:9/v1", "--json"]) == 1
    printed = capsys.readouterr()
    assert "http://127.0.0.1:9/v1 lists no models" in printed.err
    assert json.loads(printed.out)["scenarios"]["engine"]["failed"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["speed"], "no scenario 'speed': choose of engine, peers"),
        (["--peer", "http://127.0.0.1:1/v1"], "--peer takes name=http://host:port/v1"),
        (["--peer", "a=http://x/v1", "--peer", "a=http://y/v1"], "two servers are called 'a'"),
        (["--engine", "127.0.0.1:8080"], "http://"),
        (["--report", "/nowhere/at/all.json"], "There is no folder"),
        (["--llama-server", "/nowhere/llama-server"], "--llama-server"),
        (["--runs", "0"], "--runs"),
    ],
)
def test_wrong_use_is_told_in_a_line(capsys: Capture, arguments: list[str], said: str) -> None:
    assert run(["bench", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert said in captured.err


def test_every_scenario_and_every_measure_is_documented() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert [name for name in (*SCENARIOS, *MEASURES) if f"`{name}`" not in text] == []
