"""The words of quantities in one language: units, currencies and what stands around figures."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple, cast

from babel import Locale, localedata
from babel.localedata import LocaleDataDict

from dragoman.languages.quantities.folding import fold, is_spaced_letter
from dragoman.languages.quantities.quantity import PERCENT, WORKING_DAY
from dragoman.languages.quantities.word_index import WordIndex

LANGUAGE_OF_ALL = "en"
"""Its words are understood in texts of every language: models and customers mix them in."""

# Written before a figure as often as after it (`ရက် ၃၀`).
_UNITS_BEFORE = frozenset({"my"})


class Unit(NamedTuple):
    """What a word after a figure says: a unit or a currency."""

    unit: str | None
    currency: str | None


Units = tuple[Unit, ...]


@lru_cache(maxsize=32)
def locale_of(language: str) -> Locale:
    """Return Babel's locale for one of the 29 languages."""
    return Locale.parse("fil" if language == "tl" else language, resolve_likely_subtags=False)


@lru_cache(maxsize=8)
def table(name: str) -> Mapping[str, Any]:
    """Return the tables of `words/<name>.toml`."""
    source = resources.files("dragoman.languages.quantities") / "words" / f"{name}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def split(words: str) -> list[str]:
    """Return the parts of a list in which words are set apart by "|"."""
    return [word for word in words.split("|") if word]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language.

    Attributes:
        after: units and currencies that follow a figure.
        before: those that precede one.
        working_before: words for working days that precede a figure whose unit, a day, follows.
        linkers: what may stand between a figure and its unit.
        scales: what a figure is multiplied by.
        percent: what precedes a percentage.
    """

    after: WordIndex[Units]
    before: WordIndex[Units]
    working_before: WordIndex[Units]
    linkers: WordIndex[int]
    scales: WordIndex[int]
    percent: WordIndex[int]


@lru_cache(maxsize=32)
def lexicon(language: str) -> Lexicon:
    """Return the words of one of the 29 languages; the first call takes some milliseconds."""
    numbers = table("numbers")[language]
    after = _merged(
        [*_signs(language), *_words(language)], _words(LANGUAGE_OF_ALL) if language != LANGUAGE_OF_ALL else ()
    )
    before = _merged([*_symbols(language), *(_words(language) if language in _UNITS_BEFORE else ())])
    working = (
        _merged((word, one) for word, one in _words(language) if one.unit == WORKING_DAY)
        if language in _UNITS_BEFORE
        else {}
    )
    return Lexicon(
        after=WordIndex(after),
        before=WordIndex(before),
        working_before=WordIndex(working),
        linkers=WordIndex(dict.fromkeys(split(numbers.get("linkers", "")), 1)),
        scales=WordIndex(dict(_valued(numbers.get("scales", "")))),
        percent=WordIndex(dict.fromkeys(split(numbers.get("percent", "")), 1)),
    )


def _valued(words: str) -> Iterator[tuple[str, int]]:
    """Read `1000=thousand|k 1000000=million`."""
    value = 0
    for part in words.split():
        number, equals, rest = part.partition("=")
        if equals:
            value, part = int(number), rest
        for word in split(part.replace("_", " ")):
            yield word, value


def _merged(*sources: Iterable[tuple[str, Unit]]) -> dict[str, Units]:
    """Join words with all that they may say; what an earlier source says of a word stands alone."""
    words: dict[str, Units] = {}
    for source in sources:
        found: dict[str, Units] = {}
        for word, one in source:
            key = fold(word).strip()
            if key and one not in found.get(key, ()):
                found[key] = (*found.get(key, ()), one)
        words = {**found, **words}
    return words


def _signs(language: str) -> Iterator[tuple[str, Unit]]:
    for sign, unit in table("units")["signs"].items():
        yield sign, Unit(unit, None)
    yield from _symbols(language)


def _symbols(language: str) -> Iterator[tuple[str, Unit]]:
    """Yield signs and codes of currencies; what a sign means in the language itself comes first."""
    currencies = table("currencies")
    codes = currencies["codes"].split()
    for code in codes:
        yield (
            cast("Mapping[str, str]", locale_of(language).currency_symbols).get(code, code),
            Unit(None, code),
        )
    for sign, named in currencies["signs"].items():
        for code in named.split():
            yield sign, Unit(None, code)
    for code in codes:
        yield code, Unit(None, code)


def _words(language: str) -> Iterator[tuple[str, Unit]]:
    yield from _own_words(language)
    yield from _words_of_babel(language)


def _own_words(language: str) -> Iterator[tuple[str, Unit]]:
    for name, forms in table("durations")[language].items():
        if isinstance(forms, dict):
            unit = Unit(WORKING_DAY if name == "day_working" else f"duration-{name}", None)
            yield from ((word, unit) for word in _forms_of(cast("Mapping[str, str]", forms)))
    for unit, words in table("units")[language].items():
        yield from ((word, Unit(unit, None)) for word in split(words))
    for code, words in table("currencies")[language].items():
        yield from ((word, Unit(None, code)) for word in split(words))


def _forms_of(forms: Mapping[str, str]) -> Iterator[str]:
    for category, form in forms.items():
        if category == "also":
            yield from split(form)
        elif not form.rpartition("{0}")[0].strip():
            yield form.replace("{0}", "").strip()


def _words_of_babel(language: str) -> Iterator[tuple[str, Unit]]:
    locale = locale_of(language)
    data = cast("dict[str | int | None, Any]", localedata.load(str(locale)))
    patterns: Mapping[str, Any] = LocaleDataDict(data)["unit_patterns"]
    for unit in [*table("units")["known"].split(), "concentr-percent"]:
        for length in ("long", "short"):
            forms = cast(
                "Mapping[str, str]", cast("Mapping[str, Any]", patterns.get(unit) or {}).get(length) or {}
            )
            for category, pattern in forms.items():
                word = pattern.removeprefix("{0}").strip()
                if category != "per" and "{0}" not in word and _is_word(word):
                    yield word, Unit(PERCENT if unit == "concentr-percent" else unit, None)
    yield from _currencies_of_babel(locale)


def _is_word(word: str) -> bool:
    """Leave out single letters of scripts without spaces, with which many other words begin."""
    return len(word) > 1 or not word.isalpha() or is_spaced_letter(word) or "\u4e00" <= word <= "\u9fff"


def _currencies_of_babel(locale: Locale) -> Iterator[tuple[str, Unit]]:
    for code in table("currencies")["codes"].split():
        name = cast("Mapping[str, str]", locale.currencies).get(code)
        if name:
            yield name, Unit(None, code)
