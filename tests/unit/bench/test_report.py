import getpass
import json
import socket
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from dragoman.bench.base import Aim, Case
from dragoman.bench.machine import Load
from dragoman.bench.report import Run, build, read, write
from dragoman.bench.running import Done, measure
from dragoman.bench.table import noted, show
from dragoman.nouns.errors import OperatorError

from .scripted import Quiet, Scripted, Side, given, ours_and_theirs

RUN = Run("1.0", "2026-01-01T00:00:00+00:00", 1.0, 3, quick=False, seed=4)


async def reported(*scenarios: Scripted) -> Any:
    return build(await measure(scenarios, given(), Quiet()), RUN)


async def test_a_figure_is_a_median_with_its_spread_and_all_its_runs() -> None:
    made = await reported(Scripted([ours_and_theirs([30, 20, 40], [10, 10, 10])]))
    case = made["scenarios"]["scripted"]["cases"]["stream"]
    assert case["sides"]["ours"]["figures"]["decode"] == {
        "median": 30.0,
        "low": 20.0,
        "high": 40.0,
        "runs": [30.0, 20.0, 40.0],
    }
    assert case["comparisons"] == [
        {"side": "ours", "against": "theirs", "measure": "decode"}
        | {"median": 3.0, "low": 2.0, "high": 4.0, "runs": [3.0, 2.0, 4.0]}
    ]
    run = case["sides"]["ours"]["runs"][0]
    assert run["figures"] == {"decode": 30.0}
    assert run["notes"] == ["scripted"]
    assert set(run["load_before"]) == {"average", "busy"}
    assert set(made["measures"]) == {"decode"}, "only what was measured is explained"


@pytest.mark.parametrize(
    ("aim", "found", "reached"),
    [
        (Aim("stream", "decode", "ours", against="theirs", at_least=3), 3.0, True),
        (Aim("stream", "decode", "ours", against="theirs", at_least=3.5), 3.0, False),
        (Aim("stream", "decode", "ours", at_least=31), 30.0, False),
        (Aim("stream", "decode", "theirs", at_most=10), 10.0, True),
        (Aim("stream", "decode", "theirs", at_most=9), 10.0, False),
        (Aim("stream", "decode", "ours", against="others", at_least=1), None, None),
        (Aim("stream", "memory", "ours", at_most=1), None, None),
        (Aim("chats", "decode", "ours", at_most=1), None, None),
    ],
)
async def test_an_aim_is_held_against_the_median(aim: Aim, found: float | None, reached: bool | None) -> None:
    made = await reported(Scripted([ours_and_theirs([30, 20, 40], [10, 10, 10])], aims=[aim]))
    judged = made["scenarios"]["scripted"]["aims"][0]
    assert (judged["found"], judged["reached"]) == (found, reached)


@pytest.mark.parametrize("failure", [OperatorError("it broke"), httpx.ReadError("it broke")])
async def test_a_scenario_that_fails_keeps_what_it_had_and_lets_the_others_run(failure: Exception) -> None:
    bad = Case("bad", "bad", {"ours": Side(0, 1, failure=failure)})
    broken = Scripted([ours_and_theirs([1, 1, 1], [1, 1, 1]), bad], name="broken")
    made = await reported(broken, Scripted([ours_and_theirs([2, 2, 2], [1, 1, 1])]))
    assert broken.closed
    assert made["scenarios"]["broken"]["failed"] == "it broke"
    assert list(made["scenarios"]["broken"]["cases"]) == ["stream"]
    assert made["scenarios"]["scripted"]["failed"] is None
    assert made["scenarios"]["scripted"]["cases"]["stream"]["comparisons"][0]["median"] == 2.0


async def test_a_report_can_be_read_again(tmp_path: Path) -> None:
    made = await reported(Scripted([ours_and_theirs([1, 2, 3], [3, 2, 1])]))
    write(made, tmp_path / "r.json")
    assert read(tmp_path / "r.json") == made


@pytest.mark.parametrize("text", ["", "[]", '{"records": []}'])
def test_what_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text(text, encoding="utf-8")
    with pytest.raises(OperatorError, match=r"r\.json"):
        read(tmp_path / "r.json")


async def test_a_report_names_no_host_no_user_and_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    made = json.dumps(await reported(Scripted([ours_and_theirs([1, 2, 3], [3, 2, 1])])))
    assert "/nowhere" not in made
    assert str(Path.home()) not in made
    assert socket.gethostname() not in made
    assert f'"{getpass.getuser()}"' not in made


async def test_the_table_shows_figures_quotients_aims_notes_and_what_failed() -> None:
    aim = Aim("stream", "decode", "ours", against="theirs", at_least=3)
    scenario = Scripted([ours_and_theirs([30, 20, 40], [10, 10, 10])], aims=[aim])
    done = await measure([scenario], given(), Quiet())
    broken = Done(Scripted([], name="broken", title="Broken"), [], failed="it broke")
    console = Console(width=200, record=True, file=None, quiet=False)
    with console.capture() as shown:
        show(build([*done, broken], RUN), console)
    text = shown.get()
    assert "30 (20–40) tokens/s" in text
    assert "3.00× (2.00–4.00)" in text
    assert "ours / theirs: ≥ 3×, found 3×: reached" in text
    assert "ours: scripted (in 3 of the runs)" in text
    assert "not measured to its end: it broke" in text


async def test_runs_that_others_disturbed_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for busy, told in ((0.05, False), (0.5, True)):
        monkeypatch.setattr("dragoman.bench.turns.idle_load", partial(Load, 1.0, busy))
        made = await reported(Scripted([ours_and_theirs([1, 2, 3], [3, 2, 1])]))
        notes = noted(made["scenarios"]["scripted"]["cases"]["stream"])
        assert (
            "theirs: something else was using the machine just before (in 3 of the runs)" in notes
        ) is told
