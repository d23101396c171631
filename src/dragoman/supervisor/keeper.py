"""Keeping one process up: started again when it ends, after a pause that grows while it keeps ending."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from dragoman.supervisor.child import Facts, StartFailedError

Sleep = Callable[[float], Awaitable[None]]


class Keepable(Protocol):
    """What can be kept up; `child.Child` is one."""

    name: str

    async def start(self) -> Facts:
        """Start it; raises `StartFailedError`."""
        ...

    async def ended(self) -> str:
        """Wait until it ended; return why."""
        ...


class Herald(Protocol):
    """Whoever is told of ends and returns."""

    def ended(self, process: str, why: str, again_in: float) -> None:
        """It ended and is started again in so many seconds."""
        ...

    def back(self, process: str, after: float) -> None:
        """It is up again, so many seconds after it ended."""
        ...


class Backoff:
    """Pauses of 0.5 s, doubling up to 30 s; a process that stayed up for a minute begins anew."""

    def __init__(self, *, first: float = 0.5, longest: float = 30.0, healthy_after: float = 60.0) -> None:
        self._first = first
        self._longest = longest
        self._healthy_after = healthy_after
        self._next = first

    def pause(self, uptime: float) -> float:
        """Return how long to wait before the next start of what was up for `uptime` seconds."""
        if uptime >= self._healthy_after:
            self._next = self._first
        pause, self._next = self._next, min(self._next * 2, self._longest)
        return pause


async def keep(
    kept: Keepable,
    herald: Herald,
    *,
    on_back: Callable[[Facts], None] = lambda _facts: None,
    backoff: Backoff | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Keep up what has been started, until cancelled. `on_back` is called with what it told at each new start."""
    backoff = backoff or Backoff()
    up_since = clock()
    while True:
        why = await kept.ended()
        ended_at = clock()
        uptime = ended_at - up_since
        while True:
            pause = backoff.pause(uptime)
            herald.ended(kept.name, why, pause)
            await sleep(pause)
            try:
                facts = await kept.start()
            except StartFailedError as error:
                why, uptime = str(error), 0.0
                continue
            break
        up_since = clock()
        herald.back(kept.name, up_since - ended_at)
        on_back(facts)
