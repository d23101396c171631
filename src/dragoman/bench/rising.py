"""The highest rate that something still holds, found by rising until it does not."""

import math
from collections.abc import Awaitable, Callable

Holds = Callable[[float], Awaitable[bool]]
"""Tries a rate, and tells whether it was held."""

_FACTOR = 2.0


async def highest(holds: Holds, *, first: float, least: float, most: float, finer: int = 2) -> float | None:
    """Return the highest rate that was held, or None if `least` is too much already.

    It doubles from `first` until a rate is not held, then tries the geometric mean between the highest that was held
    and the lowest that was not, `finer` times: of two tries the result is at most a fifth too low. If `first` is not
    held, it halves until one is.

    Args:
        least, most: no rate beyond these is tried.
    """
    good, bad = 0.0, math.inf
    rate = first
    while least <= rate <= most and not (good and bad < math.inf):
        if await holds(rate):
            good, rate = rate, rate * _FACTOR
        else:
            bad, rate = rate, rate / _FACTOR
    for _ in range(finer if good and bad < math.inf else 0):
        between = math.sqrt(good * bad)
        good, bad = (between, bad) if await holds(between) else (good, between)
    return good or None
