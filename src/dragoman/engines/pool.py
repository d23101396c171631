"""Several engines as one: each request goes where it is answered soonest, and to another one while no word is written."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from itertools import count

from prometheus_client import CollectorRegistry

from dragoman.engines.base import ChatMessage, EngineHealth, Piece, Sampling
from dragoman.engines.pool_choice import choose
from dragoman.engines.pool_member import Condition, Member
from dragoman.engines.pool_metrics import PoolMetrics
from dragoman.engines.pool_warmth import Ask, ask_of
from dragoman.engines.pool_watch import Pace, Watch
from dragoman.nouns.errors import (
    EngineBusyError,
    EngineError,
    EngineInterruptedError,
    EngineUnavailableError,
    PromptTooLongError,
)
from dragoman.watching.logs import logger


class Pool:
    """An `Engine` made of engines.

    A request goes to the engine whose prefix cache knows the longest beginning of its prompt, unless that one carries
    more than its share; else to the one with the least outstanding tokens for its weight (`pool_choice.py`). Engines
    that refuse, break off or hang are out of service until they have written a word to a probe (`pool_watch.py`).

    Args:
        members: the engines, at least one.
        pace: how closely they are watched.
        registry: where the metrics are told; None: nowhere.
    """

    def __init__(
        self,
        members: Sequence[Member],
        *,
        pace: Pace | None = None,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._members = tuple(members)
        self._metrics = PoolMetrics(registry or CollectorRegistry(), self._members)
        self._watch = Watch(self._members, pace or Pace(), self._metrics)
        self._requests = count(1)

    @asynccontextmanager
    async def chat(
        self, messages: Sequence[ChatMessage], sampling: Sampling
    ) -> AsyncGenerator[AsyncIterator[Piece]]:
        """Open a reply at the first engine that writes a word of it; see `Engine.chat`."""
        self._watch.start()
        async with AsyncExitStack() as stack:
            member, first, rest = await self._first_word(stack, messages, sampling)
            async with aclosing(self._pieces(member, first, rest)) as pieces:
                yield pieces

    async def _first_word(
        self, stack: AsyncExitStack, messages: Sequence[ChatMessage], sampling: Sampling
    ) -> tuple[Member, Piece, AsyncIterator[Piece]]:
        """Return the engine that has begun, its first piece and the rest; `stack` then holds the reply open."""
        ask = ask_of(messages, sampling)
        tried: dict[Member, EngineError] = {}
        while (member := choose(self._members, ask, tried)) is not None:
            member.chosen = next(self._requests)
            try:
                async with AsyncExitStack() as attempt:
                    attempt.enter_context(member.carrying(ask.tokens))
                    first, rest = await _begun(attempt, member, messages, sampling)
                    stack.push_async_exit(attempt.pop_all())
            except EngineError as error:
                tried[member] = error
                self._passed_over(member, error)
                continue
            self._began(member, ask)
            return member, first, rest
        raise _best_news(tried.values())

    def _began(self, member: Member, ask: Ask) -> None:
        member.back()
        self._metrics.began(member, warm=member.warm.of(ask) > 0)
        member.warm.add(ask)

    def _passed_over(self, member: Member, error: EngineError) -> None:
        logger.warning("engine_passed_over", engine=member.name, code=error.code)
        self._metrics.passed_over(member, error.code)
        self._watch.failed(member, error)

    async def _pieces(
        self, member: Member, first: Piece, rest: AsyncIterator[Piece]
    ) -> AsyncGenerator[Piece]:
        yield first
        try:
            async for piece in rest:
                member.alive()
                yield piece
        except EngineError as error:
            self._metrics.interrupted(member)
            self._watch.failed(member, error)
            raise

    async def health(self) -> EngineHealth:
        """Ready when one of them is and does not hang; the models are those of the ready ones."""
        self._watch.start()
        healths = await asyncio.gather(*(member.engine.health() for member in self._members))
        told = [_told(member, health) for member, health in zip(self._members, healths, strict=True)]
        ready = [health for health in told if health.ready]
        models = tuple(model for health in ready for model in health.models)
        detail = None if ready else ", ".join(health.detail or "not ready" for health in told)
        stands_in_for = next((health.stands_in_for for health in ready if health.stands_in_for), None)
        return EngineHealth(bool(ready), models, detail, stands_in_for)

    async def close(self) -> None:
        """Stop watching and close all of them."""
        await self._watch.stop()
        for member in self._members:
            await member.engine.close()


async def _begun(
    attempt: AsyncExitStack, member: Member, messages: Sequence[ChatMessage], sampling: Sampling
) -> tuple[Piece, AsyncIterator[Piece]]:
    """Wait for a first piece, unless the engine turns out to hang meanwhile."""
    try:
        async with asyncio.timeout(None) as patience:
            with member.waiting(patience):
                pieces = await attempt.enter_async_context(member.engine.chat(messages, sampling))
                return await anext(pieces), pieces
    except TimeoutError:
        raise EngineUnavailableError(f"{member.name} is out of service by now") from None
    except StopAsyncIteration:
        raise EngineInterruptedError(f"{member.name} ended its reply without an ending") from None


def _told(member: Member, health: EngineHealth) -> EngineHealth:
    if health.ready and member.condition is Condition.HUNG:
        return EngineHealth(ready=False, detail=f"{member.name} hangs")
    return health


def _best_news(errors: Collection[EngineError]) -> EngineError:
    """Return what to tell when all refuse: a full line has room again soon, and a prompt can be made shorter."""
    for kind in (EngineBusyError, PromptTooLongError):
        if told := next((error for error in errors if isinstance(error, kind)), None):
            return told
    return next(iter(errors), EngineUnavailableError("no engine is in service"))
