"""Watches the engines of a pool beside the work: by what they write, and by one generated token where they are silent.

An engine can hang while its `/health` says 200, so that only a word counts.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from dragoman.engines.base import ChatMessage, Sampling
from dragoman.engines.pool_member import Condition, Member
from dragoman.engines.pool_metrics import PoolMetrics
from dragoman.nouns.errors import (
    EngineBusyError,
    EngineError,
    EngineInterruptedError,
    EngineUnavailableError,
    PromptTooLongError,
)
from dragoman.watching.logs import logger

_PROMPT = (ChatMessage("user", "Hi"),)
_ONE_TOKEN = Sampling(max_tokens=1, temperature=0.0, top_p=1.0, repetition_penalty=1.0)
_LONGEST_SPARING = 30.0
Probed = Literal["well", "full", "away", "hung"]


@dataclass(frozen=True, slots=True)
class Pace:
    """How closely engines are watched, in seconds.

    Attributes:
        word: how long a probe may take to its one token.
        idle: an engine that has written nothing for so long is probed.
        waiting: the same, where somebody waits for a first word.
        rest: how long an engine that did not answer is left alone, twice as long each time ...
        longest_rest: ... and never longer.
    """

    word: float = 10.0
    idle: float = 30.0
    waiting: float = 5.0
    rest: float = 1.0
    longest_rest: float = 30.0


class Watch:
    """Keeps every member's condition true.

    Args:
        members: whom to watch.
        pace: how closely.
        metrics: counts the probes.
    """

    def __init__(self, members: Sequence[Member], pace: Pace, metrics: PoolMetrics) -> None:
        self._members = members
        self._pace = pace
        self._metrics = metrics
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Watch from now on; a second call changes nothing. Needs a running loop."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._keep(member)) for member in self._members]

    async def stop(self) -> None:
        """Watch no longer."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def failed(self, member: Member, error: EngineError) -> None:
        """Draw conclusions from a request that an engine did not answer; a probe then finds out more."""
        if isinstance(error, EngineBusyError):
            _spare(member, error)
        elif not isinstance(error, PromptTooLongError):
            if member.serving and isinstance(error, EngineUnavailableError | EngineInterruptedError):
                member.condition = Condition.AWAY
            member.suspected.set()

    def _take_out(self, member: Member, condition: Condition) -> None:
        """Take an engine out of service, and let those go who wait there, if there is another one for them."""
        if not member.told_out:
            member.told_out = True
            logger.warning("engine_out_of_service", engine=member.name, condition=condition.value)
        member.condition = condition
        member.warm.forget()
        if any(other.serving for other in self._members):
            member.release()

    async def _keep(self, member: Member) -> None:
        rest = 0.0
        while True:
            await (asyncio.sleep(rest * random.uniform(0.8, 1.2)) if rest else self._due(member))
            member.suspected.clear()
            result = await self._probe(member)
            if result == "well":
                rest = 0.0
            elif result == "full":
                rest = self._pace.rest
            else:
                rest = min(max(2 * rest, self._pace.rest), self._pace.longest_rest)

    async def _due(self, member: Member) -> None:
        """Return when a member in service should be probed: it is suspected, or silent for too long."""
        while (left := self._left(member)) > 0:
            with suppress(TimeoutError):
                # Somebody may begin to wait there meanwhile.
                async with asyncio.timeout(min(left, self._pace.waiting)):
                    await member.suspected.wait()
                    return

    def _left(self, member: Member) -> float:
        return (self._pace.waiting if member.awaited else self._pace.idle) - member.silence()

    async def _probe(self, member: Member) -> Probed:
        """Have the member write one token, and put it into service or out of it."""
        result = await self._asked(member)
        self._metrics.probed(member, result)
        if result == "well":
            member.back()
        elif result == "full":
            member.condition = Condition.SERVING
        else:
            self._take_out(member, Condition(result))
        return result

    async def _asked(self, member: Member) -> Probed:
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._pace.word):
                async with member.engine.chat(_PROMPT, _ONE_TOKEN) as pieces:
                    await anext(pieces)
        except TimeoutError:
            # A probe that waits behind others' work has not found out anything about an engine that does that work.
            return "well" if member.heard > began else "hung"
        except EngineBusyError as error:
            _spare(member, error)
            return "hung" if self._stuck(member) else "full"
        except (EngineError, StopAsyncIteration):
            return "away"
        except Exception as error:
            # Nothing that an engine does may end the watch over it.
            logger.exception("engine_probe_failed", engine=member.name, error=type(error).__name__)
            return "away"
        return "well"

    def _stuck(self, member: Member) -> bool:
        """Tell whether an engine whose line is full writes nothing to those who wait in it."""
        silent = member.awaited and member.silence() > self._pace.waiting + self._pace.word
        return silent or member.condition is Condition.HUNG


def _spare(member: Member, error: EngineBusyError) -> None:
    """Leave an engine whose line is full alone for as long as it asked, within reason."""
    member.full_until = time.monotonic() + min(error.retry_after, _LONGEST_SPARING)
