"""One engine of a pool: what it carries, whether it is in service, and when it was last heard."""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

from dragoman.engines.base import Engine
from dragoman.engines.pool_warmth import Warmth
from dragoman.watching.logs import logger


class Condition(Enum):
    """How an engine was when it was last asked.

    An engine that is `AWAY` refuses at once, so it may be tried where none is in service. One that is `HUNG` takes
    requests and writes nothing: nobody is sent to it before it has written a word to a probe.
    """

    SERVING = "serving"
    AWAY = "away"
    HUNG = "hung"


@dataclass(eq=False, slots=True)
class Member:
    """An engine and its place in a pool.

    Attributes:
        engine: writes.
        name: what operators know it by, in logs and metrics; never holds a key.
        weight: its share of the work, beside the others' weights.
        outstanding: estimated tokens of the requests under way there.
        chosen: the number of the latest request that it was chosen for.
        full_until: until when it asked to be spared, in `time.monotonic()`.
        heard: when it last gave a sign of life, in the same; 0 is never.
        suspected: set when a request went wrong there; asks for a probe.
        warm: what its prefix cache most likely holds.
        told_out: whether the log says that it is out of service.
    """

    engine: Engine
    name: str
    weight: float = 1.0
    condition: Condition = Condition.SERVING
    outstanding: int = 0
    chosen: int = 0
    full_until: float = 0.0
    heard: float = 0.0
    suspected: asyncio.Event = field(default_factory=asyncio.Event)
    warm: Warmth = field(default_factory=Warmth)
    told_out: bool = False
    _waiting: dict[asyncio.Timeout, float] = field(default_factory=dict[asyncio.Timeout, float])

    @property
    def serving(self) -> bool:
        """Whether it is in service."""
        return self.condition is Condition.SERVING

    @property
    def full(self) -> bool:
        """Whether its waiting line was full a moment ago."""
        return time.monotonic() < self.full_until

    @property
    def awaited(self) -> bool:
        """Whether somebody waits for a first word there."""
        return bool(self._waiting)

    def alive(self) -> None:
        """Note a word that it has written: whatever it was taken for, it does not hang."""
        self.heard = time.monotonic()
        if self.condition is Condition.HUNG:
            self.back()

    def back(self) -> None:
        """Put it into service: it has begun to write."""
        self.heard = time.monotonic()
        self.condition = Condition.SERVING
        if self.told_out:
            logger.info("engine_back", engine=self.name)
            self.told_out = False

    def silence(self) -> float:
        """Return for how many seconds it has written nothing, where somebody waits: since the first of them came."""
        since = max(self.heard, min(self._waiting.values(), default=0.0))
        return time.monotonic() - since

    @contextmanager
    def carrying(self, tokens: int) -> Generator[None]:
        """Count a request's tokens as outstanding while the context is open."""
        self.outstanding += tokens
        try:
            yield
        finally:
            self.outstanding -= tokens

    @contextmanager
    def waiting(self, patience: asyncio.Timeout) -> Generator[None]:
        """Let `release` end the wait for a first word that `patience` stands for."""
        self._waiting[patience] = time.monotonic()
        try:
            yield
        finally:
            del self._waiting[patience]

    def release(self) -> None:
        """Let everybody go who waits for a first word."""
        for patience in self._waiting:
            if not patience.expired():
                patience.reschedule(asyncio.get_running_loop().time())
