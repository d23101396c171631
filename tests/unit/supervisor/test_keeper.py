import asyncio
import os
import signal
from collections.abc import Callable, Sequence

import pytest

from dragoman.supervisor.child import Child, Facts, StartFailedError
from dragoman.supervisor.keeper import Backoff, keep

from .conftest import Heard


def test_pauses_double_up_to_a_bound() -> None:
    backoff = Backoff()
    assert [backoff.pause(uptime=1) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_minute_of_health_is_a_new_beginning() -> None:
    backoff = Backoff()
    pauses = [backoff.pause(uptime) for uptime in (1, 1, 59, 60, 1)]
    assert pauses == [0.5, 1, 2, 0.5, 1]


class Scripted:
    """Something to keep up: lives as long, and starts as well, as the script says."""

    name = "scripted"

    def __init__(self, clock: "Clock", lives: Sequence[float], *, failing_starts: int = 0) -> None:
        self._clock = clock
        self._lives = iter(lives)
        self._failing = failing_starts
        self.starts = 0
        self.out_of_script = asyncio.Event()

    async def start(self) -> Facts:
        self.starts += 1
        if self.starts <= self._failing:
            raise StartFailedError("still no room")
        return {"start": self.starts}

    async def ended(self) -> str:
        life = next(self._lives, None)
        if life is None:
            self.out_of_script.set()
            await asyncio.Event().wait()
            raise AssertionError
        self._clock.now += life
        return "exit status 1"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


async def kept_until_quiet(scripted: Scripted, clock: Clock, heard: Heard) -> list[Facts]:
    came_back: list[Facts] = []
    task = asyncio.create_task(
        keep(scripted, heard, on_back=came_back.append, clock=clock, sleep=clock.sleep)
    )
    async with asyncio.timeout(10):
        await scripted.out_of_script.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return came_back


async def test_what_ends_is_started_again_and_the_pauses_grow(heard: Heard) -> None:
    clock = Clock()
    came_back = await kept_until_quiet(Scripted(clock, [1, 1, 1, 3600]), clock, heard)
    assert clock.slept == [0.5, 1, 2, 0.5]
    assert came_back == [{"start": number} for number in (1, 2, 3, 4)]
    assert heard.ends[0] == ("scripted", "exit status 1", 0.5)


async def test_a_restart_that_fails_is_tried_again_with_its_reason(heard: Heard) -> None:
    clock = Clock()
    await kept_until_quiet(Scripted(clock, [1], failing_starts=2), clock, heard)
    assert [(why, pause) for _, why, pause in heard.ends] == [
        ("exit status 1", 0.5),
        ("still no room", 1),
        ("still no room", 2),
    ]
    assert heard.returns == ["scripted"]


async def test_a_real_process_comes_back_after_kill_9(child: Callable[..., Child], heard: Heard) -> None:
    one = child("line.ready(pid=os.getpid())\ntime.sleep(600)")
    first = (await one.start())["pid"]
    again: asyncio.Future[Facts] = asyncio.get_running_loop().create_future()
    keeping = asyncio.create_task(keep(one, heard, on_back=again.set_result, backoff=Backoff(first=0.01)))
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(30):
        assert (await again)["pid"] != first
    keeping.cancel()
    assert heard.ends == [("little", "killed by SIGKILL", 0.01)]
