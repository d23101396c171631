"""Reads which cities a text names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType

import regex

from dragoman.languages.folding import folded
from dragoman.languages.scripts import count_scripts

FOLDED_AS: Mapping[str, str] = MappingProxyType(
    {
        "Latn": "en", "Cyrl": "ru", "Arab": "ar", "Hebr": "he", "Hani": "zh", "Kana": "ja", "Hang": "ko",
        "Thai": "th", "Laoo": "lo", "Mymr": "my", "Khmr": "km", "Deva": "hi", "Beng": "bn",
    }
)  # fmt: skip
"""The scripts of which there are names, and the language whose way of folding a text is compared with them."""

UNSPACED = frozenset({"Hani", "Kana", "Thai", "Laoo", "Mymr", "Khmr"})
"""Those that are written without spaces between words."""
_WORD = regex.compile(r"[\p{L}\p{M}]+")
# A name in katakana ends where katakana end: Reims (ランス) is not in France (フランス).
_KATAKANA = regex.compile(r"[\p{Script=Katakana}ー]")
_CASED = frozenset({"Latn", "Cyrl"})
_MOST_WORDS = 3
# Letters that a language puts before a name (Arabic "to Munich", Hebrew "in Paris") and behind it: Leipzigs, Lyonu,
# 뮌헨까지. An ending needs a name that is long enough to be told by its beginning.
_BEFORE = {"ar": 2, "he": 2}
_BEHIND = {"ru": 2, "cs": 3, "pl": 3, "bn": 2, "ko": 3, "tr": 3}
_SHORTEST_ENDED = {"ko": 2}
_SHORTEST_ENDED_ELSE = 4
# These change the last vowel: Warszawa, do Warszawy.
_CHANGING = frozenset({"ru", "cs", "pl"})
_VOWELS = "aeiouyаеиоуыяью"
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class City:
    """A city that a text names.

    Attributes:
        start, end: where, in the text folded for the script.
        country: where it is; ISO 3166 code.
    """

    start: int
    end: int
    country: str


@lru_cache(_REMEMBERED)
def cities_in(text: str, language: str) -> tuple[City, ...]:
    """Return the cities of over 100,000 people that a text names, in its order.

    They are read as the text's scripts write them, whatever the language: a German one may name Łódź. Which language a
    name belongs to is not known: `Bardzo` is Bordeaux somewhere, and "very" in Polish. So a name in Latin or Cyrillic
    letters has to be written with a capital; in a text without any, as it is in the list and with no ending.
    """
    scripts = count_scripts(text)
    found = [one for script in FOLDED_AS if script in scripts for one in _read(text, language, script)]
    return tuple(sorted(found, key=lambda one: one.start))


def _read(text: str, language: str, script: str) -> Iterator[City]:
    names, written, text = _names(script), text, folded(text, FOLDED_AS[script])
    if script in UNSPACED:
        return _inside(text, names, alone=_KATAKANA if script == "Kana" else None)
    if script in _CASED and written == written.lower():
        return _word_by_word(text, names, None)
    found = _word_by_word(text, names, language)
    if script not in _CASED:
        return found
    capitals = {folded(word, FOLDED_AS[script]) for word in _WORD.findall(written) if word[0].isupper()}
    return (city for city in found if _first_word(text[city.start : city.end]) in capitals)


def _first_word(name: str) -> str:
    return _WORD.findall(name)[0]


def _inside(text: str, names: Mapping[str, str], *, alone: "regex.Pattern[str] | None") -> Iterator[City]:
    """Yield names where they stand, not beside a letter that `alone` matches; of those at one place the longest."""
    longest, start = max(map(len, names)), 0
    while start < len(text):
        ends = range(min(len(text), start + longest), start + 1, -1)
        end = next((end for end in ends if text[start:end] in names), None)
        beside = "" if end is None else text[start - 1 : start] + text[end : end + 1]
        if end is not None and not (alone and alone.search(beside)):
            yield City(start, end, names[text[start:end]])
        start = end or start + 1


def _word_by_word(text: str, names: Mapping[str, str], language: str | None) -> Iterator[City]:
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        step = 1
        for count in range(min(_MOST_WORDS, len(words) - at), 0, -1):
            start, end = words[at].start(), words[at + count - 1].end()
            name = " ".join(_WORD.findall(text, start, end))
            if country := _country(name, names, language):
                yield City(start, end, country)
                step = count
                break
        at += step


def _country(name: str, names: Mapping[str, str], language: str | None) -> str | None:
    if language is None:
        return names.get(name)
    return next((names[one] for one in _without_additions(name, language) if one in names), None)


def _without_additions(name: str, language: str) -> Iterator[str]:
    for before in range(_BEFORE.get(language, 0) + 1):
        yield name[before:]
    shortest = _SHORTEST_ENDED.get(language, _SHORTEST_ENDED_ELSE)
    for behind in range(1, _BEHIND.get(language, 0) + 1):
        stem = name[:-behind]
        if len(stem) >= shortest:
            yield stem
        if language in _CHANGING and len(stem) >= shortest - 1:
            yield from (stem + vowel for vowel in _VOWELS)


@cache
def _names(script: str) -> Mapping[str, str]:
    file = resources.files("dragoman.languages.cities") / "names" / f"{script}.tsv"
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {
        name: country
        for country, _, names in (line.partition("\t") for line in lines)
        for name in names.split("|")
    }
