"""The generations of one request: side by side, each in its turn, told as they come."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dragoman.engines.local.base import Backend, Chunk, Generation
from dragoman.engines.local.waiting import Line


@dataclass(frozen=True, slots=True)
class Begun:
    """The model reads the prompt, which has so many tokens."""

    prompt_tokens: int


Event = tuple[int, Begun | Chunk]
"""The number of a generation, and what came from it."""


@asynccontextmanager
async def generating(
    backend: Backend, line: Line, requests: Sequence[Generation]
) -> AsyncGenerator[AsyncIterator[Event]]:
    """Generate all `requests`; iterate for what comes from them. Leaving the context stops those still under way.

    Raises:
        EngineBusyError: on entering; the line is full.
        DragomanError: while iterating; what the backend raised for one of them.
    """
    line.take(len(requests))
    events: asyncio.Queue[Event | Exception] = asyncio.Queue()
    tasks = [
        asyncio.create_task(_one(backend, line, number, request, events))
        for number, request in enumerate(requests)
    ]
    for task in tasks:
        task.add_done_callback(lambda _: line.leave())
    try:
        yield _events(events, len(requests))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _one(
    backend: Backend,
    line: Line,
    number: int,
    request: Generation,
    events: "asyncio.Queue[Event | Exception]",
) -> None:
    try:
        async with line.turn(), backend.generate(request) as writing:
            events.put_nowait((number, Begun(writing.prompt_tokens)))
            async for chunk in writing:
                events.put_nowait((number, chunk))
    except Exception as error:
        events.put_nowait(error)


async def _events(events: "asyncio.Queue[Event | Exception]", open_ones: int) -> AsyncGenerator[Event]:
    while open_ones:
        event = await events.get()
        if isinstance(event, Exception):
            raise event
        yield event
        if isinstance(event[1], Chunk) and event[1].finish_reason is not None:
            open_ones -= 1
