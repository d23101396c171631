"""Dates of the Gregorian calendar in a folded text."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dragoman.languages.quantities.folding import fold, is_spaced_letter
from dragoman.languages.quantities.lexicon import LANGUAGE_OF_ALL, locale_of, split, table
from dragoman.languages.quantities.quantity import Date, Reading

# Years of the Buddhist calendar, which runs 543 years ahead, as Thai texts write them.
_BUDDHIST, _BUDDHIST_AHEAD = range(2400, 2700), 543
_FIGURES = re.compile(r"(?<!\d)(?<!\d[./-])(\d{1,4})([./-]) ?(\d{1,2})\2 ?(\d{1,4})(?!\d)(?![./-]\d)")
_CHARACTERS = re.compile(
    r"(?:(?P<year>\d{4}) ?[年년] ?)(?:(?P<month>\d{1,2}) ?[月월](?: ?(?P<day>\d{1,2}) ?[日号號일])?)?"
    r"|(?P<month2>\d{1,2}) ?[月월] ?(?P<day2>\d{1,2}) ?[日号號일]"
)
_WITH_CHARACTERS = frozenset({"zh", "ja", "ko"})
_ORDINAL = r"(?:st|nd|rd|th|er|re|º|ª|°|\.|-?го|-?е)?"
_YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Day:
    """A date at a place of the folded text, with all ways to understand it, the likeliest first."""

    start: int
    end: int
    readings: tuple[Reading, ...]


def dates(text: str, language: str) -> Iterator[Day]:
    """Find the dates of a folded text; they may overlap, the longer ones come first."""
    found = [*_in_figures(text, language), *_with_months(text, language)]
    if language in _WITH_CHARACTERS:
        found += _in_characters(text)
    yield from sorted(found, key=lambda day: day.start - day.end)


def _in_figures(text: str, language: str) -> Iterator[Day]:
    orders = table("times")[language]["order"].split()
    for found in _FIGURES.finditer(text):
        parts = (found[1], found[3], found[4])
        if len(found[1]) == 4:
            tried = ["ymd"]
        elif len(found[1]) > 2 or len(found[4]) not in (2, 4):
            continue
        else:
            tried = [order for order in (*orders, "dmy") if order != "ymd"]
        readings = tuple(dict.fromkeys(day for order in tried if (day := _ordered(parts, order)) is not None))
        if readings:
            yield Day(found.start(), found.end(), tuple(Reading(day) for day in readings))


def _ordered(parts: tuple[str, str, str], order: str) -> Date | None:
    named = dict(zip(order, parts, strict=True))
    year = int(named["y"]) + (2000 if len(named["y"]) == 2 else 0)
    return _date(year, int(named["m"]), int(named["d"]))


def _date(year: int | None, month: int | None, day: int | None) -> Date | None:
    if year is not None and year in _BUDDHIST:
        year -= _BUDDHIST_AHEAD
    if year is not None and year not in _YEARS:
        return None
    if month is not None and not 1 <= month <= 12:
        return None
    if day is not None and month is not None:
        longest = calendar.monthrange(year or 2024, month)[1]
        if not 1 <= day <= longest:
            return None
    return Date(year, month, day)


def _in_characters(text: str) -> Iterator[Day]:
    for found in _CHARACTERS.finditer(text):
        month, day = found["month"] or found["month2"], found["day"] or found["day2"]
        one = _date(_int(found["year"]), _int(month), _int(day))
        if one is not None:
            yield Day(found.start(), found.end(), (Reading(one),))


def _int(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _with_months(text: str, language: str) -> Iterator[Day]:
    for of_language in dict.fromkeys((language, LANGUAGE_OF_ALL)):
        months = _months(of_language)
        if not any(name in text for name in months.numbers):
            continue
        for pattern in months.patterns:
            for found in pattern.finditer(text):
                groups = found.groupdict()
                one = _date(_int(groups.get("year")), months.numbers[found["month"]], _int(groups.get("day")))
                if one is not None:
                    yield Day(found.start(), found.end(), (Reading(one),))


@dataclass(frozen=True, slots=True)
class _Months:
    numbers: dict[str, int]
    patterns: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=32)
def _months(language: str) -> _Months:
    numbers = {} if language in _WITH_CHARACTERS else _month_names(language)
    if not numbers:
        return _Months({}, ())
    month = "|".join(
        _bounded(name, attached=language == "he") for name in sorted(numbers, key=len, reverse=True)
    )
    words = sorted(split(table("times")[language].get("date", "")), key=len, reverse=True)
    between = "|".join([r"[ \u00a0,،]", *(re.escape(fold(word)) for word in words)])
    day = rf"(?<!\d)(?<!\d[.,:])(?P<day>\d{{1,2}})(?!\d){_ORDINAL}"
    year = r"(?P<year>\d{4})(?!\d)"
    gap = rf"(?:{between}){{0,4}}"
    day_first = rf"{day}{gap}(?P<month>{month})\.?(?!\d)(?:{gap}{year})?"
    month_first = rf"(?P<month>{month})\.?{gap}{day}(?:{gap}{year})?(?![.,:]\d)"
    month_year = rf"(?P<month>{month})\.?{gap}{year}"
    year_first = rf"(?<!\d){year}{gap}(?P<month>{month}){gap}{day}"
    orders = table("times")[language]["order"]
    patterns = [day_first, month_year]
    if "mdy" in orders:
        patterns.append(month_first)
    if language == "my":
        patterns += [year_first, month_first, rf"(?<!\d){year}{gap}(?P<month>{month})"]
    return _Months(numbers, tuple(re.compile(pattern) for pattern in patterns))


def _bounded(name: str, *, attached: bool) -> str:
    """Let a month stand alone; Hebrew attaches its prepositions ("במרץ")."""
    last = r"(?![^\W_])" if is_spaced_letter(name[-1]) or name[-1].isdigit() else ""
    first = r"(?<![^\W\d_])" if is_spaced_letter(name[0]) and not attached else ""
    return f"{first}{re.escape(name)}{last}"


def _month_names(language: str) -> dict[str, int]:
    locale = locale_of(language)
    names: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[context][width].items():
                folded = fold(name).strip().removesuffix(".")
                if len(folded) > 1 and not folded.isdigit() and not folded.endswith("月"):
                    names.setdefault(folded, number)
    return names
