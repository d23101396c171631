"""Several engines as one: the first that takes the work writes the reply."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from dragoman.engines.base import ChatMessage, Engine, EngineHealth, Piece, Sampling
from dragoman.nouns.errors import EngineBusyError, EngineUnavailableError
from dragoman.watching.logs import logger


class InTurn:
    """Tries each engine in order, and the next one only while no word has been written.

    Args:
        engines: at least one, the preferred first.
    """

    def __init__(self, engines: Sequence[Engine]) -> None:
        self._engines = tuple(engines)

    @asynccontextmanager
    async def chat(
        self, messages: Sequence[ChatMessage], sampling: Sampling
    ) -> AsyncGenerator[AsyncIterator[Piece]]:
        """Open a reply at the first engine that takes it; see `Engine.chat`."""
        async with AsyncExitStack() as stack:
            refusals: list[EngineUnavailableError | EngineBusyError] = []
            for number, engine in enumerate(self._engines):
                try:
                    pieces = await stack.enter_async_context(engine.chat(messages, sampling))
                    break
                except (EngineUnavailableError, EngineBusyError) as error:
                    logger.warning("engine_passed_over", engine=number, code=error.code)
                    refusals.append(error)
            else:
                # A full line will have room again soon: that is the better news to pass on.
                raise min(refusals, key=lambda refusal: not isinstance(refusal, EngineBusyError))
            yield pieces

    async def health(self) -> EngineHealth:
        """Ready when one of them is; the models are those of the ready ones."""
        healths = await asyncio.gather(*(engine.health() for engine in self._engines))
        ready = [health for health in healths if health.ready]
        models = tuple(model for health in ready for model in health.models)
        detail = None if ready else healths[0].detail
        stands_in_for = next((health.stands_in_for for health in ready if health.stands_in_for), None)
        return EngineHealth(bool(ready), models, detail, stands_in_for)

    async def close(self) -> None:
        """Close all of them."""
        for engine in self._engines:
            await engine.close()
