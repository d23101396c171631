"""A quantity of a text: a figure with what it counts."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias


class Kind(StrEnum):
    """What a quantity measures."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DURATION = "duration"
    MASS = "mass"
    LENGTH = "length"
    AREA = "area"
    VOLUME = "volume"
    TEMPERATURE = "temperature"
    DIGITAL = "digital"
    ENERGY = "energy"
    DATE = "date"
    TIME = "time"


class Range(NamedTuple):
    """From `low` to `high`, both included."""

    low: Decimal
    high: Decimal


class Date(NamedTuple):
    """A day of the Gregorian calendar as far as it is named; what is not said is None."""

    year: int | None
    month: int | None
    day: int | None


Value: TypeAlias = Decimal | Range | Date | dt.time


class Reading(NamedTuple):
    """One way to understand a quantity.

    Attributes:
        value: its figure or figures.
        unit: a unit of CLDR (`duration-day`, `mass-kilogram`), `percent`, or `working-day`; None for money, dates,
            times and bare numbers.
        currency: ISO 4217, or None.
    """

    value: Value
    unit: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity found in a text.

    Attributes:
        kind: what it measures.
        value: its figure, both figures of a range, a date or a time of day.
        unit: see `Reading`.
        currency: ISO 4217, or None.
        start: where it begins in the text, in characters; the unit belongs to it.
        end: where it ends.
        text: as it is written there.
        others: further ways to understand it (`1.234` as 1234 or 1.234, `$` as US or Canadian dollars).
        weak: it may be no quantity at all: `ein` is an article oftener than the number 1. Weak quantities support
            others and are never held against a sentence.
    """

    kind: Kind
    value: Value
    unit: str | None
    currency: str | None
    start: int
    end: int
    text: str
    others: tuple[Reading, ...] = ()
    weak: bool = False

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All ways to understand it, the likeliest first."""
        return (Reading(self.value, self.unit, self.currency), *self.others)


def kind_of(unit: str | None, currency: str | None) -> Kind:
    """Return what a number with this unit or currency measures."""
    if currency is not None:
        return Kind.MONEY
    if unit is None:
        return Kind.NUMBER
    if unit == WORKING_DAY:
        return Kind.DURATION
    return Kind(unit.partition("-")[0])


WORKING_DAY = "working-day"
"""The unit that CLDR lacks: days on which the owner's people work."""

PERCENT = "percent"
"""The unit of parts of a hundred."""
