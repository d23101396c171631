import asyncio
import os
from pathlib import Path

import pytest

from dragoman.bench import day_questions
from dragoman.bench.base import Turn
from dragoman.bench.day_customers import Say
from dragoman.bench.day_questions import Intent, intents
from dragoman.bench.measures import MEASURES, SERIES
from dragoman.bench.shop import opened_shop
from dragoman.bench.soak import Extent, Soak, converse, going_on, in_one, slower, weights
from dragoman.bench.soak_memory import growth, weighing
from dragoman.bench.subject import Subject
from dragoman.evaluation.checks import Heard

from .day_wire import Wire, wired

TURN = Turn(0, 7, quick=False)
MINUTES = [float(minute) for minute in range(31)]


def replied(first: float) -> Heard:
    return Heard("Hi.", "quoted", seconds=first, first_token_seconds=first)


def test_memory_that_stays_where_it_is_does_not_grow() -> None:
    assert growth([(minute, 2e9) for minute in MINUTES]) == 1.0


def test_memory_that_fills_at_first_and_then_stays_does_not_grow() -> None:
    assert growth([(minute, 1e9 + 1e8 * min(minute, 9)) for minute in MINUTES]) == 1.0


@pytest.mark.parametrize(("base", "found"), [(0.0, 25 / 14.5), (60.0, 85 / 74.5)])
def test_memory_that_leaks_grows(base: float, found: float) -> None:
    """Even a leak that adds half again in the whole time shows."""
    assert growth([(minute, base + minute) for minute in MINUTES]) == pytest.approx(found)
    assert found > 1.05


def test_of_too_few_looks_nothing_is_said() -> None:
    assert growth([]) is None
    assert growth([(0.0, 1.0)]) is None


def test_a_desk_that_leaks_is_seen_behind_an_engine_that_gives_memory_back() -> None:
    desk = [(minute, 1e8 + 1e7 * minute) for minute in MINUTES]
    own = [(minute, memory + 1e9 - 2e7 * minute) for minute, memory in desk]
    found = weights(own, own, desk)
    assert found["memory_growth"] < 1 < 1.05 < found["memory_growth_desk"]
    assert found["memory"] == 1.1e9
    assert weights([], [], []) == {}


def test_what_others_do_with_the_same_files_is_no_growth() -> None:
    """Pages that somebody else has let go of count whole from then on."""
    whole = [(minute, 1.3e9 if minute < 18 else 1.8e9) for minute in MINUTES]
    own = [(minute, 1e9) for minute in MINUTES]
    assert weights(whole, own, own) == {"memory": 1.8e9, "memory_growth": 1.0, "memory_growth_desk": 1.0}


async def test_memory_is_looked_at_again_and_again_and_at_the_end() -> None:
    async with weighing([Subject("us", "", [os.getpid()]).own_bytes], every=0.001) as (points,):
        while len(points) < 5:  # noqa: ASYNC110 - a condition of another task
            await asyncio.sleep(0.001)
        seen = len(points)
    assert len(points) > seen
    minutes = [minute for minute, _ in points]
    assert minutes == sorted(minutes)
    assert all(memory > 1e6 for _, memory in points)


async def test_what_runs_elsewhere_is_not_weighed() -> None:
    async with weighing([Subject("theirs", "https://api.example/v1").own_bytes], every=60) as (points,):
        await asyncio.sleep(0)
    assert points == []


async def test_a_conversation_goes_on_when_one_reply_fails() -> None:
    said: list[str] = []

    def begin() -> Say:
        async def say(text: str) -> Heard:
            said.append(text)
            return Heard("", None, error="engine_full") if text == "2" else replied(0.1)

        return say

    heard = await converse(begin(), ["1", "2", "3"])
    assert said == ["1", "2", "3"]
    assert slower(heard, 1) == {
        "first_early_p95": 0.1,
        "first_late_p95": 0.1,
        "errors": 1,
        "first_slower": 1.0,
    }


def test_the_end_of_a_conversation_is_held_against_its_beginning() -> None:
    heard = [*[replied(0.1)] * 50, *[replied(9.0)] * 100, *[replied(0.3)] * 50]
    found = slower(heard, 50)
    assert found["first_slower"] == pytest.approx(3)
    assert found["errors"] == 0


def test_the_aims_speak_of_what_is_measured() -> None:
    bounds = {(aim.case, aim.measure): aim.at_most for aim in Soak().aims}
    assert bounds[("day", "memory")] == 3e9
    assert bounds[("day", "memory_growth")] == 1.05
    assert bounds[("day", "errors")] == bounds[("conversation", "errors")] == 0


async def test_a_long_conversation_ends_as_it_began(tmp_path: Path) -> None:
    with opened_shop() as shop:
        wanted = intents(shop.withheld)
    wire = Wire()
    async with wired(wire, wanted, tmp_path) as desk:
        found = await in_one(desk, Extent(turns=8, compared=3, minutes=1, rate=1, weigh_seconds=1))(TURN)
    _, said = wire.said.values()
    assert len(said) == 8
    assert said[-3:] == said[:3]
    assert len(found.series["first_by_turn"]) == 8
    assert found.figures["errors"] == 0
    assert not found.figures.keys() - MEASURES
    assert not found.series.keys() - SERIES


async def test_a_day_that_goes_on_is_weighed_all_the_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_questions, "_PAUSE_SECONDS", (0.0, 0.0))
    wire = Wire()
    hello = Intent("small talk", "en", ("hello",))
    extent = Extent(turns=0, compared=0, minutes=0.005, rate=2000, weigh_seconds=0.01)
    async with wired(wire, [hello], tmp_path) as desk:
        found = await going_on(desk, extent)(TURN)
    assert len(wire.said) == 1 + 10
    assert found.figures["memory"] == max(memory for _, memory in found.series["memory_by_minute"]) * 1e6
    assert len(found.series["memory_desk_by_minute"]) == len(found.series["memory_by_minute"]) >= 2
    assert not found.figures.keys() - MEASURES
    assert not found.series.keys() - SERIES
