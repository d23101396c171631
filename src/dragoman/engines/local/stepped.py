"""The backend whose steps are done in a worker process (OpenVINO)."""

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from dragoman.engines.local.base import (
    BackendFailedError,
    BackendInfo,
    Chunk,
    Generation,
    RequestRefusedError,
    Writing,
)
from dragoman.engines.local.worker import Message, Worker
from dragoman.nouns.errors import PromptTooLongError

STUCK_SECONDS = 20.0
"""A worker that has not answered for so long is stuck; its longest step, on a slow machine, takes some seconds."""


class _Writing:
    """One request's chunks on their way from the worker to whoever asked."""

    def __init__(self) -> None:
        self._begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._chunks: asyncio.Queue[Chunk | BackendFailedError] = asyncio.Queue()
        self.over = False

    @property
    def prompt_tokens(self) -> int:
        return self._begun.result()

    async def begun(self) -> None:
        """Wait until the worker has taken the request; raises what kept it from doing so."""
        await self._begun

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self._read()

    async def _read(self) -> AsyncGenerator[Chunk]:
        while True:
            chunk = await self._chunks.get()
            if isinstance(chunk, BackendFailedError):
                raise chunk
            yield chunk
            if chunk.finish_reason is not None:
                return

    def take(self, message: Message) -> None:
        """Take what the worker told about this request."""
        if "text" in message:
            self.over = message["end"] is not None
            self._chunks.put_nowait(Chunk(message["text"], message["tokens"], message["end"]))
        elif self._begun.done():
            return
        elif "begun" in message:
            self._begun.set_result(message["begun"])
        elif "too_long" in message:
            prompt, context = message["too_long"]
            self.refuse(PromptTooLongError(prompt_tokens=prompt, context_tokens=context))
        elif "refused" in message:
            self.refuse(RequestRefusedError(message["refused"]))

    def refuse(self, error: Exception) -> None:
        """End it before it has begun."""
        self.over = True
        self._begun.set_exception(error)

    def fail(self, reason: str) -> None:
        """End it because the worker has."""
        self.over = True
        if not self._begun.done():
            self._begun.set_exception(BackendFailedError(reason))
        self._chunks.put_nowait(BackendFailedError(reason))


@dataclass(slots=True)
class _Pulse:
    """When the worker was last asked for a sign of life, and whether it has answered."""

    asked_at: float = 0.0
    awaited: bool = False

    def overdue(self) -> bool:
        return self.awaited and time.monotonic() - self.asked_at > STUCK_SECONDS


class SteppedBackend:
    """A model in a worker process. See `Backend`."""

    def __init__(self, info: BackendInfo) -> None:
        self._info = info
        self._worker: Worker | None = None
        self._ids = itertools.count(1)
        self._open: dict[int, _Writing] = {}
        self._pulse = _Pulse()
        self._kv_cache_use = 0.0

    @classmethod
    async def start(cls, module: str, order: Message, info: dict[str, Any]) -> "SteppedBackend":
        """Start the worker `module` with its order and wait until the model is in memory.

        Raises:
            OperatorError: the model cannot be loaded.
        """
        backend = cls(BackendInfo(**info))
        backend._worker, told = await Worker.start(module, order, on_message=backend._take)
        backend._info = BackendInfo(**{**info, **told})
        return backend

    @property
    def info(self) -> BackendInfo:
        """What is loaded."""
        return self._info

    @asynccontextmanager
    async def generate(self, request: Generation) -> AsyncGenerator[Writing]:
        """See `Backend.generate`."""
        worker = self._alive()
        number = next(self._ids)
        writing = self._open[number] = _Writing()
        try:
            worker.send({"add": number, "request": asdict(_seeded(request))})
            await writing.begun()
            yield writing
        finally:
            del self._open[number]
            if not writing.over:
                worker.send({"stop": number})

    def problem(self) -> str | None:
        """See `Backend.problem`. Each call also asks the worker for a sign of life."""
        if self._worker is None or self._worker.failure is not None:
            return "the model's process has ended"
        if self._pulse.overdue():
            return f"the model's process has not answered for {STUCK_SECONDS:.0f} s"
        if not self._pulse.awaited:
            self._pulse = _Pulse(time.monotonic(), awaited=True)
            self._worker.send({"ping": 1})
        return None

    def kv_cache_use(self) -> float:
        """See `Backend.kv_cache_use`; at most a second old while the worker is busy."""
        return self._kv_cache_use

    async def ended(self) -> str:
        """See `Backend.ended`."""
        return await self._worker.ended() if self._worker is not None else "it is closed"

    async def close(self) -> None:
        """See `Backend.close`."""
        if self._worker is not None:
            worker, self._worker = self._worker, None
            self._fail_all("the engine is stopping")
            await worker.close()

    def _alive(self) -> Worker:
        if self._worker is None or self._worker.failure is not None:
            raise BackendFailedError("the model's process has ended")
        return self._worker

    def _take(self, message: Message) -> None:
        if "gone" in message:
            self._fail_all(message["gone"])
        elif "pong" in message:
            self._pulse.awaited = False
        elif "kv_cache_use" in message:
            self._kv_cache_use = message["kv_cache_use"]
        elif (writing := self._open.get(message.get("id", 0))) is not None:
            writing.take(message)

    def _fail_all(self, reason: str) -> None:
        for writing in self._open.values():
            if not writing.over:
                writing.fail(reason)


def _seeded(request: Generation) -> Generation:
    """Give a request without a seed one of its own: the pipeline would draw the same for all of them."""
    return replace(request, seed=secrets.randbits(32)) if request.seed is None else request
