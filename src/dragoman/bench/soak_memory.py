"""Memory over a long time: weighed now and then, and whether it grows."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from statistics import median
from time import perf_counter

from dragoman.bench.base import Point

_THIRDS = 3

Scale = Callable[[], int | None]
"""Returns what something weighs now in bytes, or None where that cannot be known."""


@asynccontextmanager
async def weighing(scales: Sequence[Scale], *, every: float) -> AsyncGenerator[Sequence[list[Point]]]:
    """Weigh now, every so many seconds, and at the end of the context.

    Yields:
        Where the points go, for each scale: minutes since now, bytes. What runs elsewhere has none.
    """
    points: list[list[Point]] = [[] for _ in scales]
    began = perf_counter()

    def weigh() -> None:
        for scale, line in zip(scales, points, strict=True):
            memory = scale()
            if memory is not None:
                line.append(((perf_counter() - began) / 60, float(memory)))

    async def again() -> None:
        while True:
            weigh()
            await asyncio.sleep(every)

    task = asyncio.create_task(again())
    try:
        yield points
    finally:
        task.cancel()
        await asyncio.wait([task])
    weigh()


def growth(points: Sequence[Point]) -> float | None:
    """Return the median of the last third of the time, by that of the second; None where one has no points.

    The first third does not count: caches fill then, and what has been read once stays in memory. What leaks goes on
    growing: memory that grows evenly from nothing comes to 1.67, from twice what it gains to 1.13.
    """
    if not points:
        return None
    begin, end = points[0][0], points[-1][0]
    third = (end - begin) / _THIRDS
    middle = [value for minute, value in points if begin + third <= minute < end - third]
    last = [value for minute, value in points if minute >= end - third]
    return median(last) / median(middle) if middle and last else None
