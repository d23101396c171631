import asyncio
import os

import pytest

from dragoman.bench.day_customers import Say
from dragoman.bench.soak import Soak, converse, slower
from dragoman.bench.soak_memory import growth, weighing
from dragoman.bench.subject import Subject
from dragoman.evaluation.checks import Heard

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


async def test_memory_is_looked_at_again_and_again_and_at_the_end() -> None:
    async with weighing(Subject("us", "", [os.getpid()]), every=0.001) as points:
        while len(points) < 5:  # noqa: ASYNC110 - a condition of another task
            await asyncio.sleep(0.001)
        seen = len(points)
    assert len(points) > seen
    minutes = [minute for minute, _ in points]
    assert minutes == sorted(minutes)
    assert all(memory > 1e6 for _, memory in points)


async def test_what_runs_elsewhere_is_not_weighed() -> None:
    async with weighing(Subject("theirs", "https://api.example/v1"), every=60) as points:
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
