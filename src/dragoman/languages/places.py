"""Countries and weekdays, which every language names in its own way (CLDR, by Babel), under one key in all of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

import regex
from babel import Locale, UnknownLocaleError
from babel.core import get_global

from dragoman.languages.cities import cities_in
from dragoman.languages.folding import folded

# Filipino's data stand under its BCP 47 name; a language without data of its own has no places.
_LOCALES = {"tl": "fil"}
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "km", "ko"})
# Names that are common words of the same language, folded.
_COMMON_WORDS = {"en": {"turkey", "jersey", "chad", "guinea"}, "fr": {"niger"}, "cs": {"cad"}}
_SHORTEST = 5
COUNTRY = "country:"
"""How the keys of countries begin."""
EUROPEAN_UNION = f"{COUNTRY}EU"
"""The key of the European Union, which CLDR names among the countries."""
# Its members (europa.eu, 2026; the last change was in 2020).
_MEMBERS = frozenset(
    f"{COUNTRY}{code}"
    for code in [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
# CLDR names a city for each time zone. Short names are words somewhere: "lima" is five in Malay, "oral" what it is in
# English. So many letters a name has at least, by the zone's region; others are left out.
_SHORTEST_CITY = {"Europe": 4, "Asia": 5, "America": 6}
# Languages that write prepositions together with what follows.
_PROCLITIC = frozenset({"ar", "he"})
# Endings of a declined name: Austria, Austrii, Austrią.
_ENDING = 2
_LETTER = r"[\p{L}\p{M}]"


def places_of(text: str, language: str) -> frozenset[str]:
    """Return the countries (`country:AT`) and weekdays (`day:0`, Monday) that a text names."""
    return frozenset(named_in(text, language))


def named_in(text: str, language: str) -> tuple[str, ...]:
    """Return the same in the order in which the text names them, each once."""
    # The Monaco of Monaco di Baviera is no country.
    cities = [(start, end, "") for start, end, _ in _cities_in(text, language)]
    found = _longest([*_spans(text, language, *_known(language)), *cities])
    return tuple(dict.fromkeys(place for _, _, place in found if place))


def countries_of(text: str, language: str) -> tuple[str, ...]:
    """Return the countries that a text names or of which it names a city, in its order, each once.

    Cities are those of over 100,000 people (`languages.cities`), and the four hundred that CLDR names time zones after,
    which it does in all languages.
    """
    named = _spans(text, language, *_known_with_cities(language))
    found = _longest([*named, *_cities_in(text, language)])
    return tuple(dict.fromkeys(place for _, _, place in found if place.startswith(COUNTRY)))


def unions_of(country: str) -> tuple[str, ...]:
    """Return the keys of the unions that a country is a member of, as far as CLDR names them."""
    return (EUROPEAN_UNION,) if country in _MEMBERS else ()


def _spans(
    text: str, language: str, stems: Mapping[str, str], expression: "regex.Pattern[str]"
) -> list[tuple[int, int, str]]:
    return [(one.start(1), one.end(1), stems[one[1]]) for one in expression.finditer(folded(text, language))]


def _cities_in(text: str, language: str) -> list[tuple[int, int, str]]:
    return [(city.start, city.end, f"{COUNTRY}{city.country}") for city in cities_in(text, language)]


def _longest(found: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Leave out what lies inside something longer, and of two at one place the later one; in the text's order."""
    kept: list[tuple[int, int, str]] = []
    for one in sorted(found, key=lambda one: one[0] - one[1]):
        if all(one[1] <= other[0] or other[1] <= one[0] for other in kept):
            kept.append(one)
    return sorted(kept)


def place_name(place: str, language: str) -> str | None:
    """Return what a language calls a country or weekday (`country:AT`, `day:0`); None where it has no name for it."""
    kind, _, key = place.partition(":")
    try:
        locale = Locale.parse(_LOCALES.get(language, language))
    except UnknownLocaleError:
        return None
    if f"{kind}:" == COUNTRY:
        return _territories(locale).get(key)
    return _days(locale).get(int(key)) if kind == "day" else None


@cache
def _known(language: str) -> "tuple[dict[str, str], regex.Pattern[str]]":
    return _read(_named(language), language)


@cache
def _known_with_cities(language: str) -> "tuple[dict[str, str], regex.Pattern[str]]":
    return _read((*_named(language), *_cities(language)), language)


def _read(named: Iterable[tuple[str, str]], language: str) -> "tuple[dict[str, str], regex.Pattern[str]]":
    stems: dict[str, str] = {}
    for name, concept in named:
        stems.setdefault(_stem(name, language), concept)
    # The longest first: Guinea-Bissau before Guinea.
    alternatives = "|".join(_expression(stem, language) for stem in sorted(stems, key=len, reverse=True))
    if not stems:
        return stems, regex.compile(r"(?!)()")
    if language in _UNSPACED:
        return stems, regex.compile(f"({alternatives})")
    proclitic = rf"{_LETTER}{{0,2}}?" if language in _PROCLITIC else ""
    return stems, regex.compile(rf"(?<!{_LETTER}){proclitic}(?|{alternatives})(?!{_LETTER})")


def _expression(stem: str, language: str) -> str:
    """Let a name that is long enough to be told by its beginning have an ending."""
    if language in _UNSPACED:
        return regex.escape(stem)
    return f"({regex.escape(stem)}){_LETTER}{{0,4}}" if len(stem) >= _SHORTEST else f"({regex.escape(stem)})"


def _named(language: str) -> Iterator[tuple[str, str]]:
    try:
        locale = Locale.parse(_LOCALES.get(language, language))
    except UnknownLocaleError:
        return
    common = _COMMON_WORDS.get(language, set[str]())
    for code, name in _territories(locale).items():
        if len(code) == 2 and code.isalpha() and folded(name, language) not in common:
            yield folded(name, language), f"{COUNTRY}{code}"
    for number, name in _days(locale).items():
        yield folded(name, language), f"day:{number}"


def _cities(language: str) -> Iterator[tuple[str, str]]:
    try:
        locale = Locale.parse(_LOCALES.get(language, language))
    except UnknownLocaleError:
        return
    told = cast(Mapping[str, Mapping[str, Any]], locale.time_zones)
    countries = cast(Mapping[str, str], get_global("zone_territories"))
    for zone, country in countries.items():
        region, _, city = zone.rpartition("/")
        # Where a language has no name of its own for it, CLDR takes that of the zone.
        name = folded(told.get(zone, {}).get("city") or city.replace("_", " "), language)
        shortest = _SHORTEST_CITY.get(region)
        if shortest is not None and (len(name) >= shortest or language in _UNSPACED):
            yield name, f"{COUNTRY}{country}"


def _territories(locale: Locale) -> Mapping[str, str]:
    return cast(Mapping[str, str], locale.territories)


def _days(locale: Locale) -> Mapping[int, str]:
    # Not "stand-alone": Babel 2.18 reads those of most languages from one place in memory, so that once Urdu's have been
    # asked for German's are Urdu's too.
    return cast(Mapping[int, str], locale.days["format"]["wide"])


def _stem(name: str, language: str) -> str:
    """Leave out what declension changes, where enough is left to be told by."""
    if language in _UNSPACED or " " in name or len(name) - _ENDING < _SHORTEST:
        return name
    return name[:-_ENDING] if language in {"ru", "pl", "cs", "tr", "de"} else name
