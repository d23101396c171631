import asyncio
import os
import signal
import sys

import httpx
import psutil
import pytest

from dragoman.bench.neighbour import busy_process
from dragoman.bench.subject import Starting, Subject, free_port, started
from dragoman.nouns.errors import OperatorError

from .scripted import Quiet

# A server whose worker has 60 MB of its own, as an engine has.
SERVER = """
import subprocess, sys
from http.server import HTTPServer, SimpleHTTPRequestHandler
worker = subprocess.Popen([sys.executable, "-c", "held = b'x' * 60_000_000; print(1, flush=True); input()"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
worker.stdout.readline()
HTTPServer(("127.0.0.1", int(sys.argv[1])), SimpleHTTPRequestHandler).serve_forever()
"""


def python(name: str, program: str, **different: float) -> Starting:
    return Starting(name, (sys.executable, "-c", program, "{port}"), ready="/", base="/v1", **different)


async def test_a_subject_is_ready_weighs_what_its_children_weigh_and_ends_with_them() -> None:
    async with started(python("server", SERVER), Quiet()) as subject:
        assert subject.url.endswith("/v1")
        async with httpx.AsyncClient() as client:
            assert (await client.get(subject.url.removesuffix("/v1"))).status_code == 200
        processes = [psutil.Process(subject.pids[0]), *psutil.Process(subject.pids[0]).children()]
        assert len(processes) == 2
        memory, alone = subject.memory_bytes(), processes[0].memory_info().rss
        assert memory is not None
        assert memory > 60_000_000
        assert memory > processes[1].memory_info().rss - 60_000_000 + alone // 4
        assert (subject.processor_seconds() or 0) > 0
    gone, alive = psutil.wait_procs(processes, timeout=10)
    assert len(gone) == 2, alive
    assert subject.memory_bytes() is None
    assert subject.processor_seconds() is None


async def test_a_program_that_ends_is_told_with_its_last_line() -> None:
    program = "import sys; print('loading'); sys.exit('no such model')"
    with pytest.raises(OperatorError, match=r"server did not start \(exit status 1\): no such model"):
        async with started(python("server", program), Quiet()):
            pass


async def test_a_program_that_is_never_ready_is_given_up_and_ended() -> None:
    before = {child.pid for child in psutil.Process().children()}
    slow = python("server", "input_ = __import__('time').sleep(600)", patience_seconds=0.3)
    with pytest.raises(OperatorError, match="server was not ready within 0 s"):
        async with started(slow, Quiet()):
            pass
    assert {child.pid for child in psutil.Process().children()} <= before


async def test_a_program_that_is_not_there_is_told_without_its_folder() -> None:
    with pytest.raises(OperatorError, match="server cannot be started: llama-server: No such file") as told:
        async with started(Starting("server", ("/nowhere/llama-server",), ready="/"), Quiet()):
            pass
    assert "/nowhere" not in str(told.value)


def test_what_has_gone_or_runs_elsewhere_weighs_nothing_known() -> None:
    assert Subject("theirs", "https://api.example/v1").memory_bytes() is None
    assert Subject("ours", "http://127.0.0.1:1", (os.getpid(),)).memory_bytes()


def test_a_port_is_free() -> None:
    assert 0 < free_port() < 65536


async def test_a_busy_neighbour_uses_a_core_and_is_gone_afterwards() -> None:
    before = {child.pid for child in psutil.Process().children()}
    async with busy_process():
        (busy,) = (child for child in psutil.Process().children() if child.pid not in before)
        used = busy.cpu_times().user
        while busy.cpu_times().user < used + 0.05:  # noqa: ASYNC110 - the kernel's count
            await asyncio.sleep(0.01)
    assert not busy.is_running()


# Starts a subject, tells its id, and waits for ever.
BENCH = """
import asyncio, sys
from dragoman.bench.running import ended_by_a_signal
from dragoman.bench.subject import Starting, started
from dragoman.bench.progress import watching

async def work():
    command = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "{port}")
    with watching() as watcher:
        async with started(Starting("server", command, ready="/"), watcher) as subject:
            print(subject.pids[0], flush=True)
            await asyncio.Event().wait()

asyncio.run(ended_by_a_signal(work()))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_bench_that_is_told_to_end_leaves_nothing_behind(number: signal.Signals) -> None:
    bench = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BENCH, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert bench.stdout is not None
    subject = psutil.Process(int(await bench.stdout.readline()))
    bench.send_signal(number)
    assert await bench.wait() != 0
    assert not subject.is_running()


def test_own_memory_is_what_was_asked_for_without_files() -> None:
    subject = Subject("us", "", [os.getpid()])
    before, whole = subject.own_bytes(), subject.memory_bytes()
    assert before is not None
    assert whole is not None
    kept = bytearray(os.urandom(1_000_000)) * 64
    after = subject.own_bytes()
    assert after is not None
    assert 50_000_000 < after - before < 200_000_000
    assert len(kept) == 64_000_000
    assert Subject("theirs", "https://api.example/v1").own_bytes() is None
