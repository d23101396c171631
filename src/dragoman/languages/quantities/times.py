"""Times of day in a folded text."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from dragoman.languages.quantities.folding import NO_BREAK, fold, is_spaced_letter
from dragoman.languages.quantities.lexicon import LANGUAGE_OF_ALL, Units, lexicon, split, table
from dragoman.languages.quantities.quantity import Reading
from dragoman.languages.quantities.word_index import WordIndex

_MINUTE_WORDS = "分|분|phút|นาที|минут|minut"
# "um 5 am Bahnhof": the English halves of the day are other words in German.
_NOT_LATIN_HALVES = frozenset({"de"})
_BLANK = r"[ \u00a0]{0,2}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day at a place of the folded text, with all ways to understand it, the likeliest first."""

    start: int
    end: int
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class _Clock:
    pattern: re.Pattern[str]
    half: dict[str, str]
    hours_alike: bool
    point: bool
    units: WordIndex[Units]


def times(text: str, language: str) -> Iterator[Time]:
    """Find the times of day of a folded text."""
    clock = _clock(language)
    for found in clock.pattern.finditer(text):
        one = _time(found, clock)
        if one is not None:
            yield one


def _time(found: re.Match[str], clock: _Clock) -> Time | None:
    if _is_unit(found, clock):
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or found["spoken"] or 0)
    half = clock.half.get(found["first"] or found["last"] or "")
    pointed = found["mark"] == "."
    named = bool(half or found["before"] or (found["after"] and not clock.hours_alike))
    if hour > 24 or minute > 59 or not _is_time(found, named=named, pointed=pointed and not clock.point):
        return None
    exact = dt.time(_by_half(hour, half) % 24, minute)
    readings = [Reading(exact)]
    if half is None and found["minute"] is None and 1 <= hour <= 12:
        readings.append(Reading(dt.time((hour + 12) % 24, minute)))
    if half is None and found["minute"] is None and found["after"] is None:
        readings.append(Reading(Decimal(hour)))
    # "الساعة 20:15": a time with minutes is one without its word too, which stays in the sentence.
    start = min(found.start("hour"), _start(found, "first")) if found["mark"] else found.start()
    return Time(start, found.end(), tuple(readings))


def _start(found: re.Match[str], group: str) -> int:
    return found.start(group) if found[group] else found.end()


def _is_unit(found: re.Match[str], clock: _Clock) -> bool:
    """Tell whether what follows the hour is a unit: `3時間` (hours), `2 дня` (days)."""
    if found["mark"] or not (found["after"] or found["last"]):
        return False
    name = "after" if found["after"] else "last"
    unit = clock.units.after(found.string.replace(NO_BREAK, " "), found.start(name))
    if unit is None:
        return False
    return unit[0] > found.end() or (not found["after"] and unit[0] >= found.end("last"))


def _is_time(found: re.Match[str], *, named: bool, pointed: bool) -> bool:
    """A colon is enough; a full stop, a letter or nothing between hours and minutes needs a word that says so."""
    if found["mark"] == ":":
        return True
    if found["mark"] == ".":
        return not pointed and bool(found["before"] or found["after"] or found["last"])
    return named or found["spoken"] is not None


def _by_half(hour: int, half: str | None) -> int:
    if half == "night":
        half = "pm" if 6 <= hour < 12 else "am"
    if half == "pm" and hour < 12:
        return hour + 12
    return 0 if half == "am" and hour == 12 else hour


@lru_cache(maxsize=32)
def _clock(language: str) -> _Clock:
    own, common = table("times")[language], table("times")[LANGUAGE_OF_ALL]
    half = _halves(own)
    # Before a figure, "am" is a word of English and German; there only words that are nothing else are taken.
    first = _words([word for word in half if not word.isascii() or language == "ko"])
    if language not in _NOT_LATIN_HALVES:
        half = {**_halves(common), **half}
    last = _words(list(half))
    after, before = _words(split(own.get("after", ""))), _words(split(own.get("before", "")))
    pattern = (
        rf"(?:(?P<before>{before}){_BLANK})?(?:(?P<first>{first}){_BLANK})?"
        r"(?<!\d)(?<!\d[.,:])(?P<hour>\d{1,2})"
        rf"(?:(?P<mark>[:.])(?P<minute>\d{{2}})(?::\d{{2}})?(?![\d])(?![.,:]\d))?(?![\d])(?![.,:/]\d)"
        rf"(?:{_BLANK}(?P<after>{after})(?:{_BLANK}(?P<spoken>\d{{2}})(?!\d)(?:{_BLANK}(?:{_MINUTE_WORDS}))?)?)?"
        rf"(?:{_BLANK}(?P<last>{last}))?"
    )
    return _Clock(
        re.compile(pattern), half, bool(own.get("hours")), bool(own.get("point")), lexicon(language).after
    )


def _halves(words: Mapping[str, str]) -> dict[str, str]:
    return {_bare(word): name for name in ("am", "pm", "night") for word in split(words.get(name, ""))}


def _bare(word: str) -> str:
    folded = fold(word)
    return folded.removesuffix(".") if is_spaced_letter(folded[-2:-1] or " ") else folded


def _words(words: list[str]) -> str:
    """Return a pattern of these words, the longest first, that does not match inside others."""
    bare = sorted({_bare(word) for word in words}, key=len, reverse=True)
    return "|".join(_bounded(word) for word in bare) or r"(?!)"


def _bounded(word: str) -> str:
    first = r"(?<![^\W\d_])" if is_spaced_letter(word[0]) else ""
    last = r"(?![^\W\d_])" if is_spaced_letter(word[-1]) else ""
    return f"{first}{re.escape(word)}{last}"
