"""Ranges: two figures that say from where to where."""

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from dragoman.languages.quantities.folding import fold, is_spaced_letter
from dragoman.languages.quantities.lexicon import split, table
from dragoman.languages.quantities.quantity import WORKING_DAY, Quantity, Range, Reading

_SIGNS = frozenset({"-", "~", "--"})
_MOST_BETWEEN = 16


def join_ranges(text: str, folded: str, found: list[Quantity], language: str) -> list[Quantity]:
    """Join each two numbers that are the ends of a range (`3–5 days`, `from 3 to 5 days`, `€3 to €5`)."""
    joined: list[Quantity] = []
    for one in found:
        both = _joined(text, folded, joined[-1], one, language) if joined else None
        if both is None:
            joined.append(one)
        else:
            joined[-1] = both
    return joined


def _joined(text: str, folded: str, low: Quantity, high: Quantity, language: str) -> Quantity | None:
    between = folded[low.end : high.start]
    if len(between) > _MOST_BETWEEN or not _connects(between, folded, low.start, language):
        return None
    unit, currency = (high.unit, high.currency) if _bare(low) else (low.unit, low.currency)
    if low.weak or not (_bare(low) or _bare(high) or _same_unit(low, high)):
        return None
    if not (isinstance(low.value, Decimal) and isinstance(high.value, Decimal) and low.value < high.value):
        return None
    with_unit = low if _bare(high) or low.unit == WORKING_DAY else high
    return replace(
        with_unit,
        value=Range(low.value, high.value),
        unit=unit,
        currency=currency,
        start=low.start,
        end=high.end,
        text=text[low.start : high.end],
        others=_other_ranges(low, high, with_unit),
        weak=False,
    )


def _same_unit(low: Quantity, high: Quantity) -> bool:
    """`အလုပ်ရက် ၃ ရက်မှ ၅ ရက်`: what kind of days is said once."""
    said_once = low.unit == WORKING_DAY and high.unit == "duration-day"
    return said_once or (low.unit, low.currency) == (high.unit, high.currency)


def _bare(quantity: Quantity) -> bool:
    return quantity.unit is None and quantity.currency is None


def _other_ranges(low: Quantity, high: Quantity, with_unit: Quantity) -> tuple[Reading, ...]:
    """Return the other units and the other values of both ends."""
    lows = [one.value for one in low.readings if isinstance(one.value, Decimal)]
    highs = [one.value for one in high.readings if isinstance(one.value, Decimal)]
    units = dict.fromkeys(
        (one.unit, one.currency) for one in with_unit.readings if isinstance(one.value, Decimal)
    )
    readings = [
        Reading(Range(first, last), unit, currency)
        for unit, currency in units
        for first in dict.fromkeys(lows)
        for last in dict.fromkeys(highs)
        if first < last
    ]
    return tuple(
        one
        for one in readings[:9]
        if one.value != (low.value, high.value) or one[1:] != (with_unit.unit, with_unit.currency)
    )


def _connects(between: str, folded: str, start: int, language: str) -> bool:
    words = _connectors(language)
    word = between.strip()
    if word in _SIGNS:
        return "\n" not in between
    if word in words.to:
        return _set_apart(between, word)
    before = folded[max(0, start - _MOST_BETWEEN) : start].rstrip()
    return word in words.both and before.endswith(words.between)


def _set_apart(between: str, word: str) -> bool:
    return not is_spaced_letter(word[0]) or (between[:1].isspace() and between[-1:].isspace())


class _Connectors:
    """The words of one language between the ends of a range."""

    def __init__(self, language: str) -> None:
        numbers = table("numbers")[language]
        self.to = frozenset(fold(word).strip() for word in split(numbers.get("to", "")))
        self.both = frozenset(fold(word).strip() for word in split(numbers.get("and_", "")))
        self.between = tuple(fold(word) for word in split(numbers.get("between", "")))


@lru_cache(maxsize=32)
def _connectors(language: str) -> _Connectors:
    return _Connectors(language)
