"""What is measured as processes: started, waited for, weighed, and ended by their own ids."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import IO, Any

import httpx
import psutil

from dragoman.nouns.errors import OperatorError
from dragoman.serving.listen import bind
from dragoman.supervisor.child import Listener

LOOPBACK = "127.0.0.1"
_LOOK_SECONDS = 0.1
_ASK_SECONDS = 5.0
_GRACE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to be measured.

    Attributes:
        url: its base address, without a slash at the end.
        pids: the processes that it began with; empty for what runs elsewhere, which has no memory of ours.
    """

    name: str
    url: str
    pids: Sequence[int] = ()

    def memory_bytes(self) -> int | None:
        """Return the memory of its processes and all of their children.

        Pages that several of them share count once (`Pss` of Linux). Pages shared with somebody outside, such as
        the weights that two servers have mapped, would count in part only: no process counts for less than what it
        alone has in memory, so at least the largest one is whole.
        """
        weights = [_weight(one) for one in self._processes()]
        shared, alone = sum(pss for pss, _ in weights), max((rss for _, rss in weights), default=0)
        return max(shared, alone) if weights else None

    def own_bytes(self) -> int | None:
        """Return the memory that its processes have to themselves: what they have asked for, no files, no shared pages.

        What leaks is in it, and nobody outside changes it, as who maps or lets go of the same weights changes the share
        of `memory_bytes`.
        """
        owns = [_own(one) for one in self._processes()]
        return sum(owns) if owns else None

    def processor_seconds(self) -> float | None:
        """Return the processor time that its living processes have used; take the difference of two moments."""
        times = [_times(one) for one in self._processes()]
        return sum(times) if times else None

    def _processes(self) -> list[psutil.Process]:
        found: dict[int, psutil.Process] = {}
        for pid in self.pids:
            with suppress(psutil.NoSuchProcess):
                one = psutil.Process(pid)
                found |= {each.pid: each for each in (one, *one.children(recursive=True))}
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Starting:
    """How a subject is started.

    Attributes:
        command: program and arguments; `{port}` in an argument is replaced by a free port.
        ready: the path that answers 200 once it is ready.
        base: what is added to `http://127.0.0.1:PORT` to make the subject's URL, `/v1` for an engine.
        environment: variables beyond our own.
        patience_seconds: how long it may take to be ready; the first start of an engine converts weights.
    """

    name: str
    command: Sequence[str]
    ready: str
    base: str = ""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    patience_seconds: float = 300.0


@asynccontextmanager
async def started(starting: Starting, listener: Listener) -> AsyncGenerator[Subject]:
    """Run a process on a free loopback port; leaving the context ends it and all that it started.

    Raises:
        OperatorError: it ended, or was not ready in time; with the last line that it wrote.
    """
    listener.say(starting.name, "starting")
    port = free_port()
    root = f"http://{LOOPBACK}:{port}"
    with tempfile.TemporaryFile() as words:
        process = await _spawn(starting, port, words)
        try:
            await _until_ready(starting, process, f"{root}{starting.ready}", words)
            yield Subject(starting.name, f"{root}{starting.base}", (process.pid,))
        finally:
            await end(process)


def free_port() -> int:
    """Return a port of the loopback that nobody listens on now."""
    with bind(LOOPBACK, 0) as taken:
        return int(taken.getsockname()[1])


async def _spawn(starting: Starting, port: int, words: IO[bytes]) -> asyncio.subprocess.Process:
    command = [part.replace("{port}", str(port)) for part in starting.command]
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            env={**os.environ, **starting.environment},
            start_new_session=True,
        )
    except OSError as error:
        raise OperatorError(
            f"{starting.name} cannot be started: {Path(command[0]).name}: {error.strerror}."
        ) from None


async def _until_ready(
    starting: Starting, process: asyncio.subprocess.Process, url: str, words: IO[bytes]
) -> None:
    deadline = monotonic() + starting.patience_seconds
    async with httpx.AsyncClient(trust_env=False, timeout=_ASK_SECONDS) as client:
        while monotonic() < deadline:
            if process.returncode is not None:
                why = _last_line(words)
                raise OperatorError(
                    f"{starting.name} did not start (exit status {process.returncode}): {why}"
                )
            with suppress(httpx.HTTPError):
                if (await client.get(url)).status_code == HTTPStatus.OK:
                    return
            await asyncio.sleep(_LOOK_SECONDS)
    raise OperatorError(f"{starting.name} was not ready within {starting.patience_seconds:.0f} s.")


async def end(process: asyncio.subprocess.Process) -> None:
    """Ask a process that leads its own group to stop; after 20 s kill it and all that it started."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        # What it left behind is in its group; where nothing was, there is no such group any more.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _last_line(words: IO[bytes]) -> str:
    words.seek(0)
    lines = words.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip()[:300] if lines else "it said nothing."


def _weight(process: psutil.Process) -> tuple[int, int]:
    """Return what a process weighs in bytes, shared pages in part, and whole; of one that has gone nothing."""
    try:
        whole = int(process.memory_info().rss)
        with suppress(psutil.AccessDenied):
            parts: Any = process.memory_full_info()
            return int(getattr(parts, "pss", parts.uss)), whole
    except psutil.Error:
        return 0, 0
    return whole, whole


def _own(process: psutil.Process) -> int:
    """Return the anonymous memory of a process in bytes (where the system does not tell, all of it); of one that has gone nothing."""
    with suppress(psutil.Error):
        found: Any = process.memory_info()
        return int(found.rss) - int(getattr(found, "shared", 0))
    return 0


def _times(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0
