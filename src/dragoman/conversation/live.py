"""A turn that is being answered now: what it has told so far, and whoever listens."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from dragoman.nouns.errors import DragomanError
from dragoman.nouns.ids import TurnId
from dragoman.nouns.progress import Done, Failed, Progress


class LiveTurn:
    """The progress of one turn. It outlives its listeners: one that lost its connection comes back and hears all.

    Args:
        turn_id: the turn.
        linger_seconds: how long the turn goes on while nobody listens.
        on_deserted: called when nobody has listened for that long.

    Attributes:
        reason: why the turn was ended from outside, if it was.
        ended: True once `Done` or `Failed` was told; nothing is told after it.
    """

    def __init__(self, turn_id: TurnId, *, linger_seconds: float, on_deserted: Callable[[], None]) -> None:
        self.turn_id = turn_id
        self.reason: DragomanError | None = None
        self.ended = False
        self._told: list[Progress] = []
        self._news = asyncio.Event()
        self._listeners = 0
        self._linger_seconds = linger_seconds
        self._on_deserted = on_deserted
        self._lingering: asyncio.TimerHandle | None = None
        # From the beginning: whoever asked may be gone before a word is heard.
        self._linger()

    def tell(self, progress: Progress) -> None:
        """Tell all listeners, now and later ones."""
        if self.ended:
            return
        self._told.append(progress)
        self.ended = isinstance(progress, Done | Failed)
        self._news.set()
        self._news = asyncio.Event()

    async def listen(self) -> AsyncGenerator[Progress]:
        """Yield everything that has been told, then what is told, to the end."""
        self._arrive()
        try:
            heard = 0
            while True:
                news = self._news
                while heard < len(self._told):
                    heard += 1
                    yield self._told[heard - 1]
                if self.ended:
                    return
                await news.wait()
        finally:
            self._leave()

    def _arrive(self) -> None:
        self._listeners += 1
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None

    def _leave(self) -> None:
        self._listeners -= 1
        if not self._listeners and not self.ended:
            self._linger()

    def _linger(self) -> None:
        self._lingering = asyncio.get_running_loop().call_later(self._linger_seconds, self._on_deserted)
