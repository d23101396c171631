"""The server's side of a worker process: started, spoken to, watched, ended."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from dragoman.nouns.errors import OperatorError

Message = Mapping[str, Any]

# Longest line from a worker: a chunk of one step, or its reason to fail.
_LINE_BYTES = 4 << 20
CLOSE_SECONDS = 5.0


class Worker:
    """A process that runs one module of this package as its program; see `stepping.Line` for its side."""

    def __init__(self, process: Process, on_message: Callable[[Message], None]) -> None:
        self._process = process
        self._on_message = on_message
        self._first: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._failure: str | None = None
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(
        cls, module: str, order: Message, *, on_message: Callable[[Message], None]
    ) -> tuple["Worker", Message]:
        """Start it, hand it its order, and wait until it is ready; return it with what it then told.

        Raises:
            OperatorError: it could not do what was ordered.
        """
        process = await asyncio.create_subprocess_exec(
            # Without -P a folder from which the server is run could hold modules of the same names.
            *(sys.executable, "-P", "-m", module),
            stdin=PIPE,
            stdout=PIPE,
            limit=_LINE_BYTES,
        )
        worker = cls(process, on_message)
        try:
            worker.send(order)
            first = await asyncio.shield(worker._first)
        except BaseException:
            # It reads nothing while it loads, so it would not end by itself.
            await worker.close(patience=0.0)
            raise
        if "failed" in first:
            await worker.close()
            raise OperatorError(f"The model cannot be loaded: {first['failed']}")
        return worker, first["ready"]

    def send(self, message: Message) -> None:
        """Send a message; one that is gone takes no notice."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(json.dumps(message).encode() + b"\n")

    @property
    def failure(self) -> str | None:
        """Why it has ended, or None while it runs."""
        return self._failure

    async def ended(self) -> str:
        """Wait for its end and return why."""
        await asyncio.shield(self._listening)
        return self._failure or "it has ended"

    async def close(self, *, patience: float = CLOSE_SECONDS) -> None:
        """End it, by force when it does not end by itself within `patience` seconds."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(asyncio.shield(self._listening), patience)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._listening

    async def _listen(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        told: str | None = None
        while line := await stdout.readline():
            message = _read(line)
            told = message.get("failed", told)
            if self._first.done():
                self._on_message(message)
            elif message:
                self._first.set_result(message)
        status = await self._process.wait()
        self._failure = told or f"its process ended ({_how(status)})"
        if not self._first.done():
            self._first.set_result({"failed": self._failure})
        self._on_message({"gone": self._failure})


def _read(line: bytes) -> Message:
    """Read a line. What a library prints before the worker has taken its stdout for itself says nothing."""
    try:
        return json.loads(line)
    except ValueError:
        return {}


def _how(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
