"""Memory over a long time: weighed now and then, and whether it grows."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from statistics import median
from time import perf_counter

from dragoman.bench.base import Point
from dragoman.bench.subject import Subject

_THIRDS = 3


@asynccontextmanager
async def weighing(subjects: Sequence[Subject], *, every: float) -> AsyncGenerator[Sequence[list[Point]]]:
    """Weigh subjects now, every so many seconds, and at the end of the context.

    Yields:
        Where the points go, for each subject: minutes since now, bytes. What runs elsewhere has none.
    """
    points: list[list[Point]] = [[] for _ in subjects]
    began = perf_counter()

    def weigh() -> None:
        for subject, line in zip(subjects, points, strict=True):
            memory = subject.memory_bytes()
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
