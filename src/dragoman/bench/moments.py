"""When customers come: moments in seconds, drawn."""

import random
from collections.abc import Sequence

_BURST_EVERY, _BURST_SECONDS, _BURST_TIMES = 5.0, 1.0, 3.0
"""One second in five brings three times as many customers as the others."""


def even(rate: float, seconds: float, draw: random.Random) -> Sequence[float]:
    """Return the moments of a Poisson process of so many a second, given that exactly its mean number come."""
    return sorted(draw.uniform(0.0, seconds) for _ in range(round(rate * seconds)))


def in_bursts(rate: float, seconds: float, draw: random.Random) -> Sequence[float]:
    """Return the same where they come in bursts; the mean rate is `rate` all the same."""
    return sorted(_stretched(draw.uniform(0.0, 1.0), seconds, draw) for _ in range(round(rate * seconds)))


def _stretched(part: float, seconds: float, draw: random.Random) -> float:
    """Return a moment: one of the period's, which are alike, and within it oftener in its burst."""
    periods = seconds / _BURST_EVERY
    begin = int(part * periods) * _BURST_EVERY
    length = min(_BURST_EVERY, seconds - begin)
    burst = min(_BURST_SECONDS, length)
    weight = _BURST_TIMES * burst
    place = draw.uniform(0.0, weight + length - burst)
    return begin + (place / _BURST_TIMES if place < weight else burst + place - weight)
