"""Figures in digits and in words, with all the values that they may have."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import cast

from dragoman.languages.quantities.chinese import CHINESE, chinese_value
from dragoman.languages.quantities.folding import NO_BREAK, fold, is_spaced_letter
from dragoman.languages.quantities.lexicon import locale_of, split, table
from dragoman.languages.quantities.quantity import Reading

# Longer runs of digits are no quantities of a shop.
_MOST_DIGITS = 24
# Groups of digits with marks between them, at most nine, so that a look at any text takes a time that grows with its
# length only. A space joins only groups of three.
_TOKEN = re.compile(rf"\d+(?:(?:[.,'](?=\d)|[ {NO_BREAK}](?=\d{{3}}(?!\d)))\d+){{0,8}}")
_GROUP = re.compile(r"\d+")
_LIST_MARK = re.compile(r"^[ \t]*\d{1,2}[.)](?=[ \t])", re.MULTILINE)
_SPACES = re.compile(rf"[' {NO_BREAK}]")

# Where writers set thousands apart by a plain space.
_SPACE_GROUPS = frozenset({"fr", "ru", "cs", "pl", "es", "pt", "it"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at a place of the folded text.

    Attributes:
        start: its first character.
        end: the place after its last.
        values: what it may be worth, the likeliest first.
        weak: without a unit it may be no figure.
        article: it is oftener an article.
        spelled: it stands there in words.
        whole: the unit that a spelled word has inside ("שעתיים", two hours).
    """

    start: int
    end: int
    values: tuple[Decimal, ...]
    weak: bool = False
    article: bool = False
    spelled: bool = False
    whole: Reading | None = None


def digits(text: str, language: str) -> Iterator[Figure]:
    """Find the figures in digits of a folded text; numbers of list items are left out."""
    marks = {found.end() - 1 for found in _LIST_MARK.finditer(text)}
    for token in _TOKEN.finditer(text):
        if len(token[0]) <= 2 and token.end() in marks:
            continue
        yield from _figures_of(token[0], token.start(), language)


def _figures_of(token: str, start: int, language: str) -> Iterator[Figure]:
    if len(token) > _MOST_DIGITS * 2:
        return
    for piece, place in _pieces(token, start, language):
        values = values_of(piece, language)
        if values:
            yield Figure(place, place + len(piece), values)
            continue
        for group in _GROUP.finditer(piece):
            if len(group[0]) <= _MOST_DIGITS:
                yield Figure(place + group.start(), place + group.end(), (Decimal(group[0]),))


def _pieces(token: str, start: int, language: str) -> Iterator[tuple[str, int]]:
    """Cut at spaces that do not set thousands apart."""
    first = re.split(rf"[ {NO_BREAK}]", token, maxsplit=1)[0]
    spaced = len(first) < len(token)
    joins = NO_BREAK in token or language in _SPACE_GROUPS
    if not spaced or (joins and 1 <= len(first) <= 3 and first.isdigit()):
        yield token, start
        return
    place = start
    for part in re.split(rf"([ {NO_BREAK}])", token):
        if part[:1].isdigit():
            yield part, place
        place += len(part)


def values_of(token: str, language: str) -> tuple[Decimal, ...]:
    """Return the numbers that digits with marks may be in this language, the likeliest first; empty for none."""
    if _SPACES.search(token) and not _groups_hold(_SPACES.split(re.split(r"[.,]", token, maxsplit=1)[0])):
        return ()
    joined = _SPACES.sub("", token)
    marks = [character for character in joined if character in ".,"]
    if not marks:
        return (Decimal(joined),)
    last = marks[-1]
    whole, _, part = joined.rpartition(last)
    if len(set(marks)) == 2:
        other = marks[0]
        good = marks.count(last) == 1 and _groups_hold(whole.split(other))
        return (Decimal(f"{whole.replace(other, '')}.{part}"),) if good else ()
    groups = joined.split(last)
    thousands = (Decimal("".join(groups)),) if _groups_hold(groups) and joined == token else ()
    if len(marks) > 1:
        return thousands
    decimal = (Decimal(f"{whole}.{part}"),)
    return decimal + thousands if last == decimal_mark(language) else thousands + decimal


def _groups_hold(groups: list[str]) -> bool:
    """Tell whether these are groups of thousands: 1,234,567 or, in South Asia, 12,34,567."""
    first, *inner = groups
    if not inner or not 1 <= len(first) <= 3 or first[0] == "0" or len(inner[-1]) != 3:
        return False
    sizes = {len(group) for group in inner[:-1]}
    return sizes <= {3} or (sizes <= {2} and len(first) <= 2)


@lru_cache(maxsize=32)
def decimal_mark(language: str) -> str:
    """Return the mark before decimals, `.` or `,`."""
    symbols = cast("Mapping[str, Mapping[str, str]]", locale_of(language).number_symbols)
    return symbols["latn"]["decimal"]


@dataclass(frozen=True, slots=True)
class _Spelled:
    pattern: re.Pattern[str]
    values: dict[str, Decimal]
    wholes: dict[str, Reading]
    unsure: frozenset[str]
    articles: frozenset[str]


@lru_cache(maxsize=32)
def _spelled_words(language: str) -> _Spelled | None:
    numbers = table("numbers")[language]
    values = {word: Decimal(key) for key, word in _entries(numbers.get("spelled", ""))}
    wholes = {
        word: Reading(Decimal(key.split()[0]), key.split()[1])
        for key, word in _whole_entries(numbers.get("whole", ""))
    }
    articles = frozenset(fold(word) for word in numbers.get("article", "").split())
    values.update(dict.fromkeys(articles, Decimal(1)))
    if not values:
        return None
    unsure = numbers.get("unsure", "")
    unsure_words = frozenset(values) if unsure == "*" else frozenset(fold(word) for word in unsure.split())
    words = sorted({*values, *wholes}, key=len, reverse=True)
    pattern = "|".join(re.escape(word) for word in words)
    bounded = language == "ko" or all(is_spaced_letter(word[0]) for word in words)
    before, after = (r"(?<!\w)", r"(?!\w)") if bounded else ("", "")
    return _Spelled(re.compile(f"{before}(?:{pattern}){after}"), values, wholes, unsure_words, articles)


def _entries(words: str) -> Iterator[tuple[str, str]]:
    """Read `2=two 3=three|trio`; an underscore stands for a space."""
    for part in words.split():
        key, _, forms = part.partition("=")
        for form in split(forms):
            yield key, fold(form.replace("_", " "))


def _whole_entries(words: str) -> Iterator[tuple[str, str]]:
    parts = words.split()
    for number, entry in zip(parts[::2], parts[1::2], strict=True):
        for unit, form in _entries(entry):
            yield f"{number} {unit}", form


def spelled(text: str, language: str) -> Iterator[Figure]:
    """Find the figures in words of a folded text."""
    if language in CHINESE:
        yield from _chinese(text)
        return
    words = _spelled_words(language)
    if words is None:
        return
    for found in words.pattern.finditer(text):
        word, whole = found[0], words.wholes.get(found[0])
        yield Figure(
            found.start(),
            found.end(),
            (words.values[word],) if whole is None else (),
            weak=word in words.unsure,
            article=word in words.articles,
            spelled=True,
            whole=whole,
        )


def _chinese(text: str) -> Iterator[Figure]:
    for start, end, value in chinese_value(text):
        yield Figure(start, end, (value,), weak=True, spelled=True)
