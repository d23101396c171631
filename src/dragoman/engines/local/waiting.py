"""The line before the model: so many generations at once, so many more that wait, and no more than that."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from dragoman.nouns.errors import EngineBusyError

# Weight of the latest generation in the running mean of how long one takes.
_LATEST = 0.2
_LONGEST_RETRY = 60.0


class Line:
    """Places for generations. First come, first served; whoever leaves the line frees a place in it at once."""

    def __init__(self, *, running: int, waiting: int) -> None:
        self._running_places = running
        self._places = running + waiting
        self._free = asyncio.Semaphore(running)
        self._taken = 0
        self._running = 0
        self._mean_seconds = 1.0

    @property
    def places(self) -> int:
        """How many can be generated at once."""
        return self._running_places

    @property
    def running(self) -> int:
        """How many are being generated."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return self._taken - self._running

    def take(self, count: int) -> None:
        """Take places for `count` generations; each is given back by `leave`.

        Raises:
            EngineBusyError: the line is too full for them. An empty line takes any number.
        """
        if self._taken and self._taken + count > self._places:
            raise EngineBusyError(retry_after=self._wait())
        self._taken += count

    def leave(self) -> None:
        """Give back a place, whether or not its turn has come."""
        self._taken -= 1

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for one's turn, and hold it for the length of the context. The place must have been taken."""
        async with self._free:
            self._running += 1
            began = time.monotonic()
            try:
                yield
            finally:
                self._running -= 1
                self._mean_seconds += _LATEST * (time.monotonic() - began - self._mean_seconds)

    def _wait(self) -> float:
        """Return about how many seconds it takes until the line is half as long."""
        rounds = max(1.0, self._taken / 2 / self._running_places)
        return min(_LONGEST_RETRY, rounds * self._mean_seconds)
