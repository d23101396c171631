"""The quantities of a text, in any of the 29 languages."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from dragoman.languages.quantities.dates import dates
from dragoman.languages.quantities.figures import Figure, decimal_mark, digits, spelled
from dragoman.languages.quantities.folding import NO_BREAK, fold
from dragoman.languages.quantities.identifiers import of_folded
from dragoman.languages.quantities.lexicon import Lexicon, Unit, Units, lexicon, table
from dragoman.languages.quantities.quantity import PERCENT, WORKING_DAY, Kind, Quantity, Reading, kind_of
from dragoman.languages.quantities.ranges import join_ranges
from dragoman.languages.quantities.times import times

_POINTED_TIME = re.compile(r"([01]?\d|2[0-3])\.([0-5]\d)")
_TAKEN = "\x00"
_MOST_BLANKS = 3
# Before a figure these make it an ordinal ("第3天", the third day), whose unit says nothing of how many there are.
_ORDINAL_BEFORE = ("第", "제", "ที่", "ທີ", "thứ ", "thứ", "ke-", "ika-", "ទី")
# After a figure: endings of ordinals, which end the look for a unit.
_ORDINAL_AFTER = ("st ", "nd ", "rd ", "th ", "er ", "ère ", "ème ", "º ", "ª ")
# Russian and Polish endings of cardinal numbers ("3-х дней"), which do not.
_CARDINAL_AFTER = ("-х", "-ех", "-ти", "-и", "х ")


def find(text: str, language: str) -> list[Quantity]:
    """Return the quantities of `text`, in order and none inside another.

    Figures in all numeral systems and in words, with their units and currencies, ranges, dates and times of day. What
    stands in e-mail addresses, links, telephone numbers and codes (see `identifiers`) and the numbers of list items
    are left out. Words of the language and of English are understood. Of one reading none is sure: see
    `Quantity.others`. Takes about a millisecond for 1,000 characters, and a time that grows with the length.

    Args:
        text: in Unicode's form NFC.
        language: the code of its language.

    Raises:
        KeyError: the language is none of the 29.
    """
    folded = fold(text)
    plain = _without(folded, ((one.start, one.end) for one in of_folded(text, folded)))
    found: list[Quantity] = []
    for kind, spans in ((Kind.DATE, dates), (Kind.TIME, times)):
        for one in spans(plain, language):
            if _TAKEN not in plain[one.start : one.end]:
                start = one.start + len(plain[one.start : one.end]) - len(plain[one.start : one.end].lstrip())
                found.append(_quantity(text, kind, start, one.end, one.readings))
                plain = _without(plain, [(one.start, one.end)])
    search = _Search(text, plain, language, lexicon(language))
    found += search.numbers()
    found.sort(key=lambda one: one.start)
    return join_ranges(text, plain.replace(NO_BREAK, " "), found, language)


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Blank out what is understood already; places stay."""
    parts: list[str] = []
    place = 0
    for start, end in spans:
        parts += (text[place:start], _TAKEN * (end - start))
        place = end
    return "".join((*parts, text[place:]))


def _quantity(text: str, kind: Kind, start: int, end: int, readings: tuple[Reading, ...]) -> Quantity:
    first, *others = readings
    end = _with_full_stop(text, end)
    return Quantity(kind, first.value, first.unit, first.currency, start, end, text[start:end], tuple(others))


@dataclass(slots=True)
class _Found:
    """A figure with the units around it."""

    start: int
    end: int
    units: Units


class _Search:
    """Looks for the units around the figures of one text."""

    def __init__(self, text: str, folded: str, language: str, words: Lexicon) -> None:
        self._text = text
        self._marks = folded
        self._plain = folded.replace(NO_BREAK, " ")
        self._language = language
        self._words = words
        self._hours_alike = bool(table("times")[language].get("hours"))
        self._point = bool(table("times")[language].get("point"))

    def numbers(self) -> Iterator[Quantity]:
        """Yield the numbers with their units, in order."""
        figures = [*digits(self._marks, self._language), *spelled(self._plain, self._language)]
        last = 0
        for figure in sorted(figures, key=lambda one: (one.start, -one.end)):
            if figure.start < last or _TAKEN in self._marks[figure.start : figure.end]:
                continue
            quantity = self._number(figure, last)
            last = quantity.end
            yield quantity

    def _number(self, figure: Figure, last: int) -> Quantity:
        if figure.whole is not None:
            return self._built(figure, _Found(figure.start, figure.end, ()), (figure.whole,))
        end, values = self._scaled(figure)
        found = self._around(figure.start, end, last)
        values = self._signed(values, found, last)
        readings = tuple(
            Reading(value, one.unit, one.currency)
            for value in values
            for one in found.units or (Unit(None, None),)
        )
        if not found.units:
            readings = self._with_time(readings, self._marks[figure.start : figure.end])
        return self._built(figure, found, (*readings, *self._as_hours(readings, figure)))

    def _with_time(self, readings: tuple[Reading, ...], written: str) -> tuple[Reading, ...]:
        """`16.30` without a unit is a time of day too, and likelier where a comma stands before decimals."""
        clock = _POINTED_TIME.fullmatch(written) if self._point else None
        if clock is None:
            return readings
        time = Reading(dt.time(int(clock[1]), int(clock[2])))
        return (*readings, time) if decimal_mark(self._language) == "." else (time, *readings)

    def _built(self, figure: Figure, found: _Found, readings: tuple[Reading, ...]) -> Quantity:
        first, *others = readings
        end = _with_full_stop(self._text, found.end)
        return Quantity(
            kind=Kind.TIME if isinstance(first.value, dt.time) else kind_of(first.unit, first.currency),
            value=first.value,
            unit=first.unit,
            currency=first.currency,
            start=found.start,
            end=end,
            text=self._text[found.start : end],
            others=tuple(others),
            weak=figure.article or (figure.weak and first.unit is None and first.currency is None),
        )

    def _scaled(self, figure: Figure) -> tuple[int, tuple[Decimal, ...]]:
        """Multiply by a word as `thousand` behind the figure."""
        scale = self._words.scales.after(self._plain, self._blanks(figure.end))
        unit = self._words.after.after(self._plain, self._blanks(figure.end))
        if scale is None or (unit is not None and unit[0] > scale[0]):
            return figure.end, figure.values
        return scale[0], tuple(value * scale[1] for value in figure.values)

    def _around(self, start: int, end: int, last: int) -> _Found:
        before = self._before(start, last)
        after = None if self._is_ordinal(start, end) else self._after(end)
        if before is not None and (
            after is None or _agree(before.units, after.units) or _is_money(before.units)
        ):
            stop = after.end if after is not None and _agree(before.units, after.units) else end
            return _Found(before.start, stop, before.units)
        if after is None:
            return _Found(start, end, ())
        return self._with_working_day(start, after, last)

    def _before(self, start: int, last: int) -> _Found | None:
        place = self._back_over_blanks(start, last)
        percent = self._words.percent.before(self._plain, place)
        if percent is not None and percent[0] >= last:
            return _Found(percent[0], start, (Unit(PERCENT, None),))
        unit = self._words.before.before(self._plain, place)
        if unit is not None and unit[0] >= last:
            return _Found(unit[0], start, unit[1])
        return None

    def _after(self, end: int) -> _Found | None:
        for ending in _CARDINAL_AFTER:
            if self._plain.startswith(ending, end):
                end += len(ending)
                break
        place = self._blanks(end)
        if self._plain.startswith("-", end):
            place = end + 1
        unit = self._words.after.after(self._plain, place)
        if unit is None:
            linker = self._words.linkers.after(self._plain, place)
            unit = linker and self._words.after.after(self._plain, self._blanks(linker[0]))
        return None if unit is None else _Found(end, unit[0], unit[1])

    def _with_working_day(self, start: int, after: _Found, last: int) -> _Found:
        """`အလုပ်ရက် ၃ ရက်`: the working days stand before the figure, days behind it."""
        if after.units[0].unit == "duration-day":
            working = self._words.working_before.before(self._plain, self._back_over_blanks(start, last))
            if working is not None and working[0] >= last:
                return _Found(working[0], after.end, (Unit(WORKING_DAY, None),))
        return _Found(start, after.end, after.units)

    def _is_ordinal(self, start: int, end: int) -> bool:
        return self._plain.startswith(_ORDINAL_AFTER, end) or any(
            self._plain.endswith(before, 0, start) for before in _ORDINAL_BEFORE
        )

    def _signed(self, values: tuple[Decimal, ...], found: _Found, last: int) -> tuple[Decimal, ...]:
        """Take a minus sign for one before temperatures and percentages only; elsewhere it is a dash."""
        sign = found.start - 1
        unit = found.units[0].unit if found.units else None
        below = sign >= last and self._plain[sign] == "-" and (sign == 0 or self._plain[sign - 1] in " (")
        if not below or unit is None or not (unit == PERCENT or unit.startswith("temperature")):
            return values
        found.start = sign
        return tuple(-value for value in values)

    def _as_hours(self, readings: tuple[Reading, ...], figure: Figure) -> Iterator[Reading]:
        """`16 uur` is a span of hours or a time of day."""
        first = readings[0]
        if self._hours_alike and first.unit == "duration-hour" and not figure.spelled:
            value = first.value
            if isinstance(value, Decimal) and value == value.to_integral_value() and 0 <= value <= 24:
                hour = int(value)
                yield Reading(dt.time(hour % 24))
                if 1 <= hour < 12:
                    yield Reading(dt.time(hour + 12))

    def _blanks(self, place: int) -> int:
        end = place
        while end - place < _MOST_BLANKS and self._plain.startswith((" ", "\u200c"), end):
            end += 1
        return end

    def _back_over_blanks(self, place: int, last: int) -> int:
        start = place
        while place - start < _MOST_BLANKS and start > last and self._plain[start - 1] == " ":
            start -= 1
        return start


def _with_full_stop(text: str, end: int) -> int:
    """Take an abbreviation's full stop along where the sentence goes on behind it: `5 Min. später`."""
    goes_on = text.startswith(". ", end) and text[end + 2 : end + 3].islower()
    return end + 1 if goes_on and text[end - 1].isalpha() else end


def _agree(before: Units, after: Units) -> bool:
    return any(one in after for one in before)


def _is_money(units: Units) -> bool:
    return any(one.currency is not None for one in units)
