"""Whether a quantity stands in the sources: its value, with its unit and its currency."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dragoman.languages.quantities.finding import find
from dragoman.languages.quantities.folding import fold
from dragoman.languages.quantities.identifiers import Identifier, IdentifierKind
from dragoman.languages.quantities.lexicon import lexicon
from dragoman.languages.quantities.quantity import Date, Kind, Quantity, Range, Reading


class Reason(StrEnum):
    """Why a quantity is not supported."""

    VALUE_UNKNOWN = "value_unknown"
    """Its figure stands nowhere in the sources."""
    UNIT_DIFFERS = "unit_differs"
    """Its figure stands there, with another unit or currency."""
    SECOND_CURRENCY = "second_currency"
    """It is an amount of money with one more currency behind it: "4,90 € рублей"."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A quantity that does not stand in the sources, and why it does not count."""

    quantity: Quantity
    reason: Reason


def supported(quantity: Quantity, by: Sequence[Quantity]) -> bool:
    """Tell whether a quantity stands in the sources; see `fault`."""
    return fault(quantity, by) is None


def fault(quantity: Quantity, by: Sequence[Quantity]) -> Reason | None:
    """Return why `quantity` does not stand in the sources, or None where it does.

    It stands there when one of its readings has a value, a unit and a currency of a source's reading. A range is
    supported by the same range, a single figure also by either end of one; a bare number by the number with whatever
    unit. Units are never converted: `24 hours` is not `1 day`, a day is not a working day. What is weak is supported
    by anything.
    """
    if quantity.weak:
        return None
    sources = [reading for source in by for reading in source.readings]
    if any(_agree(mine, theirs) for mine in quantity.readings for theirs in sources):
        return None
    if any(_bare_agrees(mine.value, theirs) for mine in quantity.readings for theirs in sources):
        return Reason.UNIT_DIFFERS
    return Reason.VALUE_UNKNOWN


def unsupported(text: str, language: str, by: Sequence[Quantity]) -> list[Unsupported]:
    """Return the quantities of `text` that do not stand in `by`, in order, each with the reason.

    Raises:
        KeyError: the language is none of the 29.
    """
    found = [
        (quantity, fault(quantity, by) or _second_currency(text, quantity, language))
        for quantity in find(text, language)
    ]
    return [Unsupported(quantity, reason) for quantity, reason in found if reason is not None]


def _second_currency(text: str, quantity: Quantity, language: str) -> Reason | None:
    """Tell of an amount of money that a currency follows which is not its own."""
    if quantity.kind is not Kind.MONEY:
        return None
    plain = fold(text).replace("\u00a0", " ")
    end = quantity.end + 1 if plain.startswith(" ", quantity.end) else quantity.end
    word = lexicon(language).after.after(plain, end)
    others = {one.currency for one in word[1]} - {None, quantity.currency} if word is not None else set[str]()
    return Reason.SECOND_CURRENCY if others else None


def unknown_identifiers(wanted: Sequence[Identifier], by: Sequence[Identifier]) -> list[Identifier]:
    """Return those of `wanted` that do not stand in `by`. A telephone number may lack its country."""
    return [one for one in wanted if not any(_same_identifier(one, other) for other in by)]


def _same_identifier(one: Identifier, other: Identifier) -> bool:
    if IdentifierKind.PHONE is one.kind is other.kind:
        national = one.value.lstrip("0")
        return one.value == other.value or (one.value[0] == "0" and other.value.endswith(national))
    return one.value == other.value


def same(one: Quantity, other: Quantity) -> bool:
    """Tell whether two quantities may say the same."""
    return any(
        mine.value == theirs.value and mine[1:] == theirs[1:]
        for mine in one.readings
        for theirs in other.readings
    )


def _agree(mine: Reading, theirs: Reading) -> bool:
    if mine.unit is None and mine.currency is None and isinstance(mine.value, Decimal | Range):
        return _bare_agrees(mine.value, theirs)
    if (mine.unit, mine.currency) != (theirs.unit, theirs.currency):
        return False
    if isinstance(mine.value, Date):
        return isinstance(theirs.value, Date) and _stands_in(mine.value, theirs.value)
    if isinstance(mine.value, Decimal) and isinstance(theirs.value, Range):
        return mine.value in theirs.value
    return type(mine.value) is type(theirs.value) and mine.value == theirs.value


def _stands_in(mine: Date, theirs: Date) -> bool:
    if mine.month is None:
        return mine.year == theirs.year
    return all(said is None or said == there for said, there in zip(mine, theirs, strict=True))


def _bare_agrees(value: object, theirs: Reading) -> bool:
    """Compare figures alone, whatever they count."""
    if isinstance(value, Decimal):
        return value in _numbers_of(theirs)
    if isinstance(value, Date) and value.month is None and value.year is not None:
        return Decimal(value.year) in _numbers_of(theirs)
    return type(value) is type(theirs.value) and value == theirs.value


def _numbers_of(reading: Reading) -> Iterator[Decimal]:
    value = reading.value
    if isinstance(value, Decimal):
        yield value
    elif isinstance(value, Range):
        yield from value
    elif isinstance(value, Date):
        yield from (Decimal(part) for part in value if part is not None)
    elif value.minute == 0:
        yield Decimal(value.hour)
        yield Decimal(value.hour % 12 or 12)
