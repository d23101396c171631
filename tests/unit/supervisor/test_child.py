import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dragoman.supervisor.child import Child, Facts, StartFailedError

from .conftest import HEAD, Heard

Make = Callable[..., Child]
STAY = "line.ready(port=7)\nsignal.sigwait([signal.SIGINT])\n"


async def test_it_is_started_when_it_says_so_and_tells_what_it_has_to_tell(child: Make, heard: Heard) -> None:
    one = child("line.say('hello')\nline.progress('load', 1, 2)\nprint('noise')\n" + STAY)
    assert await one.start() == {"port": 7}
    await one.stop()
    assert heard.lines == [("little", "hello")]
    assert heard.steps == [("load", 1, 2)]
    assert heard.logs == ["noise"]


async def test_a_start_that_fails_gives_the_reason_of_the_process(child: Make) -> None:
    with pytest.raises(StartFailedError, match=r"^no room for the model$"):
        await child("line.failed('no room for the model')\nsys.exit(2)").start()


async def test_a_start_that_fails_without_a_word_gives_the_status(child: Make) -> None:
    with pytest.raises(StartFailedError, match="exit status 7"):
        await child("sys.exit(7)").start()


async def test_a_start_that_crashes_gives_the_exception(child: Make) -> None:
    with pytest.raises(StartFailedError, match="exit status 1, ZeroDivisionError: division by zero"):
        await child("1 / 0").start()


async def test_a_start_without_a_sign_of_life_is_given_up(child: Make) -> None:
    one = child("time.sleep(600)", silence_seconds=0.1)
    with pytest.raises(StartFailedError, match="no sign of life"):
        await one.start()
    assert one.pid is None


async def test_its_end_is_noticed_with_what_ended_it(child: Make) -> None:
    one = child(STAY)
    await one.start()
    assert one.pid is not None
    os.kill(one.pid, signal.SIGKILL)
    assert await one.ended() == "killed by SIGKILL"


async def test_one_that_hangs_is_killed(child: Make) -> None:
    well = True

    async def healthy(facts: Facts) -> bool:
        assert facts == {"port": 7}
        return well

    one = child(STAY, healthy=healthy, probe_seconds=0.02, hang_seconds=0.3)
    await one.start()
    ended = asyncio.create_task(one.ended())
    done, _ = await asyncio.wait({ended}, timeout=0.8)
    assert not done, "it was well and must be left alone"
    well = False
    assert "no answer" in await ended
    assert one.pid is None


async def test_a_question_that_fails_counts_as_no_answer(child: Make) -> None:
    async def healthy(_facts: Facts) -> bool:
        raise OSError("connection refused")

    one = child(STAY, healthy=healthy, probe_seconds=0.02, hang_seconds=0.1)
    await one.start()
    assert "no answer" in await one.ended()


async def test_it_may_finish_what_it_does_when_it_is_stopped(child: Make, tmp_path: Path) -> None:
    drained = tmp_path / "drained"
    one = child(
        f"""
def drain(*_):
    time.sleep(0.3)
    open({str(drained)!r}, "w").close()
    sys.exit(0)
signal.signal(signal.SIGTERM, drain)
line.ready()
while True: time.sleep(1)
"""
    )
    await one.start()
    await one.stop()
    assert drained.exists()


async def test_one_that_does_not_stop_is_killed_with_what_it_started(child: Make, heard: Heard) -> None:
    one = child(
        """
import subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen(["sleep", "600"])
line.ready(grandchild=grandchild.pid)
while True: time.sleep(1)
""",
        grace=0.2,
    )
    facts = await one.start()
    await one.stop()
    assert one.pid is None
    assert "is killed" in heard.lines[0][1]
    grandchild = facts["grandchild"]
    assert not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == psutil.STATUS_ZOMBIE


async def test_a_terminals_ctrl_c_does_not_reach_it(child: Make) -> None:
    one = child("line.ready(group=os.getpgid(0))\ntime.sleep(600)")
    assert (await one.start())["group"] != os.getpgid(0)


async def test_a_line_of_megabytes_does_no_harm(child: Make, heard: Heard) -> None:
    one = child("os.write(2, b'x' * 3_000_000 + b'\\nlast\\n')\n" + STAY)
    await one.start()
    await one.stop()
    assert heard.logs[-1] == "last"
    assert sum(map(len, heard.logs)) == 3_000_004


def test_it_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    inner = (
        HEAD + f"open({str(note)!r}, 'w').write(str(os.getpid()))\nline.ready()\nwhile True: time.sleep(1)"
    )
    outer = f"""
import asyncio, sys
from dragoman.supervisor.child import Child, Plan
class Deaf:
    def __getattr__(self, name): return lambda *_: None
async def main():
    await Child(Plan(name="little", command=(sys.executable, "-c", {inner!r})), Deaf()).start()
    print("up", flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "up\n"
        process = psutil.Process(int(note.read_text()))
        supervisor.kill()
    gone, _ = psutil.wait_procs([process], timeout=20)
    assert gone
