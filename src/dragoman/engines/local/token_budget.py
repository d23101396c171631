"""A cache of so many tokens, shared by requests that say beforehand what they may come to need."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class TokenBudget:
    """Lets requests in, in the order they came, as long as they fit together.

    llama.cpp takes requests whose texts do not fit its cache together, and ends all of them when it is full.
    """

    def __init__(self, tokens: int) -> None:
        self._tokens = tokens
        self._free = tokens
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @property
    def use(self) -> float:
        """The share that is taken, between 0 and 1."""
        return 1 - self._free / self._tokens

    @asynccontextmanager
    async def take(self, tokens: int) -> AsyncGenerator[None]:
        """Hold `tokens` of it for the length of the context; waits until they are free."""
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (tokens, place)
        self._waiting.append(entry)
        self._admit()
        try:
            await place
        except asyncio.CancelledError:
            if entry in self._waiting:
                self._waiting.remove(entry)
            else:
                self._free += tokens
            self._admit()
            raise
        try:
            yield
        finally:
            self._free += tokens
            self._admit()

    def _admit(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._free:
            tokens, place = self._waiting.popleft()
            self._free -= tokens
            if not place.cancelled():
                place.set_result(None)
            else:
                self._free += tokens
