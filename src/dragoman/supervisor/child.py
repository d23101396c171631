"""One process as its supervisor sees it: started, heard, asked whether it is well, stopped."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

Facts = Mapping[str, Any]
"""What a process told when it was ready: its port, its model, its address."""


class StartFailedError(Exception):
    """A process ended, or fell silent, before it was ready. The message is for the operator."""


class Listener(Protocol):
    """Whoever is told what the processes say."""

    def say(self, process: str, line: str) -> None:
        """Words for the operator."""
        ...

    def progress(self, process: str, label: str, done: int, total: int) -> None:
        """How far a step of the start is."""
        ...

    def output(self, process: str, line: str) -> None:
        """A line of its log."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How one process is run.

    Attributes:
        command: program and arguments.
        environment: asked at each start for variables beyond our own.
        grace: seconds between asking it to stop and killing it.
        healthy: asked now and then, with what it told at its start; raising means no. None: it is not asked.
        hang_seconds: after so long without health it is killed, to be started again.
        silence_seconds: how long it may say nothing at all while it starts.
        hurry: the signal for an operator who cannot wait.
    """

    name: str
    command: Sequence[str]
    environment: Callable[[], Mapping[str, str]] = field(default=dict)
    grace: float = 10.0
    healthy: Callable[[Facts], Awaitable[bool]] | None = None
    hang_seconds: float = 30.0
    probe_seconds: float = 3.0
    silence_seconds: float = 600.0
    hurry: signal.Signals = signal.SIGKILL


class Child:
    """A process in a group of its own, so that a terminal's Ctrl-C reaches only the supervisor."""

    def __init__(self, plan: Plan, listener: Listener) -> None:
        self.plan = plan
        self.name = plan.name
        self.facts: Facts = {}
        self._listener = listener
        self._process: asyncio.subprocess.Process | None = None
        self._readers: list[asyncio.Task[None]] = []
        self._ready: asyncio.Future[Facts] = asyncio.get_running_loop().create_future()
        self._last_heard = 0.0
        self._complaint = ""
        self._last_line = ""

    @property
    def pid(self) -> int | None:
        """Its process id while it lives."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> Facts:
        """Start it and return what it tells once it is ready.

        Raises:
            StartFailedError: it ended before, or said nothing for `silence_seconds`.
        """
        self._complaint = self._last_line = ""
        self._ready = asyncio.get_running_loop().create_future()
        self._process = await asyncio.create_subprocess_exec(
            *self.plan.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **self.plan.environment()},
            start_new_session=True,
        )
        self._last_heard = time.monotonic()
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._readers = [
            asyncio.create_task(self._hear(self._process.stdout)),
            asyncio.create_task(self._pass_on(self._process.stderr)),
        ]
        self.facts = await self._until_ready(self._process)
        return self.facts

    async def _until_ready(self, process: asyncio.subprocess.Process) -> Facts:
        ended = asyncio.create_task(process.wait())
        try:
            while not self._ready.done():
                await asyncio.wait({self._ready, ended}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
                if ended.done() and not self._ready.done():
                    await self._finish_reading()
                    why = self._complaint or f"{self.name} did not start: {self._status()}."
                    raise StartFailedError(why)
                if time.monotonic() - self._last_heard > self.plan.silence_seconds:
                    self._signal(signal.SIGKILL)
                    await process.wait()
                    raise StartFailedError(
                        f"{self.name} did not start: no sign of life for {self.plan.silence_seconds:.0f} s."
                    )
        finally:
            ended.cancel()
        return self._ready.result()

    async def ended(self) -> str:
        """Wait until it ended, or hangs and was killed for it; return why, in words."""
        assert self._process is not None
        waiting = asyncio.create_task(self._process.wait())
        asking = asyncio.create_task(self._until_hung())
        try:
            await asyncio.wait({waiting, asking}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                await self._finish_reading()
                return self._complaint or self._status()
            self._signal(signal.SIGKILL)
            await waiting
            return f"no answer for {self.plan.hang_seconds:.0f} s"
        finally:
            asking.cancel()
            waiting.cancel()

    async def _until_hung(self) -> None:
        """Return once it has not been well for `hang_seconds`."""
        if self.plan.healthy is None:
            await asyncio.Event().wait()
            return
        well = time.monotonic()
        while time.monotonic() - well < self.plan.hang_seconds:
            await asyncio.sleep(self.plan.probe_seconds)
            with suppress(Exception):  # whatever goes wrong on the way to an answer, there is none
                if await asyncio.wait_for(self.plan.healthy(self.facts), self.plan.hang_seconds):
                    well = time.monotonic()

    async def stop(self) -> None:
        """Ask it to stop, wait `grace` seconds, then kill it and all it started."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), self.plan.grace)
        except TimeoutError:
            self._listener.say(self.name, f"did not stop within {self.plan.grace:.0f} s and is killed.")
            self._signal(signal.SIGKILL)
            await self._process.wait()
        await self._finish_reading()

    def end(self) -> None:
        """Ask it to stop, without waiting; whoever keeps it up then starts it again."""
        self._signal(signal.SIGTERM)

    def hasten(self) -> None:
        """Stop it now; what it was doing is lost."""
        self._signal(self.plan.hurry)

    def _signal(self, number: signal.Signals) -> None:
        if self.pid is None:
            return
        with suppress(ProcessLookupError):
            if number is signal.SIGKILL:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)

    def _status(self) -> str:
        assert self._process is not None
        status = self._process.returncode or 0
        if status < 0:
            return f"killed by {signal.Signals(-status).name}"
        # What Python writes last when it gives up is the exception; our logs say more than belongs here.
        last = self._last_line.strip()
        return f"exit status {status}" + (f", {last}" if status and last and not last.startswith("{") else "")

    async def _finish_reading(self) -> None:
        """Hear its last words; something it left running may hold the pipes open, so not for ever."""
        if self._readers:
            _, late = await asyncio.wait(self._readers, timeout=1.0)
            for task in late:
                task.cancel()
        self._readers = []

    async def _hear(self, stream: asyncio.StreamReader) -> None:
        async for line in _lines(stream):
            self._last_heard = time.monotonic()
            try:
                words = cast("dict[str, Any]", json.loads(line))
            except ValueError:
                self._listener.output(self.name, line)
                continue
            self._take(words)

    def _take(self, words: dict[str, Any]) -> None:
        match words:
            case {"tell": "progress", "label": label, "done": done, "total": total}:
                self._listener.progress(self.name, label, done, total)
            case {"tell": "say", "line": line}:
                self._listener.say(self.name, line)
            case {"tell": "ready", "facts": facts} if not self._ready.done():
                self._ready.set_result(facts)
            case {"tell": "failed", "line": line}:
                self._complaint = line
            case _:
                self._listener.output(self.name, json.dumps(words))

    async def _pass_on(self, stream: asyncio.StreamReader) -> None:
        async for line in _lines(stream):
            self._last_heard = time.monotonic()
            self._last_line = line
            self._listener.output(self.name, line)


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """Read lines of any length; `readline` refuses long ones, and a library may write megabytes without a break."""
    rest = b""
    while block := await stream.read(65536):
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace").rstrip("\r")
        if len(rest) > 1_000_000:
            yield rest.decode(errors="replace")
            rest = b""
    if rest:
        yield rest.decode(errors="replace")
