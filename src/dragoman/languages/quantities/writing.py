"""Quantities as a language writes them: the figures, units and dates of CLDR, by way of Babel."""

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent, get_currency_precision, parse_pattern
from babel.units import format_unit

from dragoman.languages.quantities.lexicon import locale_of, table
from dragoman.languages.quantities.quantity import PERCENT, WORKING_DAY, Date, Kind, Quantity, Range
from dragoman.languages.scripts import NUMERALS

# CLDR `miscPatterns/range` of the languages that do not take an en dash.
_RANGE_SIGN = {"zh": "-", "ja": "～", "ko": "~", "vi": "-", "th": "-", "lo": "-", "km": "-"}
# Marks of direction and breaks that are not seen: the reply is shown with the direction of its own language.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u061c]")
# Babel writes "PM 6:05" in Korean, and German says "Uhr".
_TIME_FORMATS = {"ko": "HH:mm", "de": "HH:mm 'Uhr'"}
# What Babel abbreviates in ways that nobody writes ("1 deg. C", "2 MByte", "1 metros²") is written by its sign.
_SIGNS_ONLY = frozenset({"ceb", "km", "lo"})
_ALWAYS_SIGNS = ("temperature-", "digital-", "energy-", "area-")


def write(quantity: Quantity, language: str) -> str:
    """Return the quantity as the language writes it, in its usual numerals (CLDR's default numbering system).

    The likeliest reading is written. What no rule of ours can write stays as it was in its text.

    Raises:
        KeyError: the language is none of the 29.
    """
    return _native(_UNSEEN.sub("", _written(quantity, language)), language)


def _written(quantity: Quantity, language: str) -> str:
    value = quantity.value
    if isinstance(value, Date):
        return _date(value, language, quantity.text)
    if isinstance(value, dt.time):
        pattern = _TIME_FORMATS.get(language, "short")
        return _native(format_time(value, pattern, locale=locale_of(language)), language)
    low, high = value if isinstance(value, Range) else (None, value)
    if quantity.currency is not None:
        return _money(low, high, quantity.currency, language)
    if quantity.unit is None:
        return _bare(low, high, quantity, language)
    return _measured(low, high, quantity.unit, language)


def _native(text: str, language: str) -> str:
    """Write western digits as the language's own."""
    system = locale_of(language).default_numbering_system
    return text if system == "latn" else text.translate(str.maketrans(NUMERALS["latn"], NUMERALS[system]))


def _number(value: Decimal, language: str, *, grouped: bool = True) -> str:
    return format_decimal(
        value,
        locale=locale_of(language),
        decimal_quantization=False,
        group_separator=grouped,
        numbering_system="default",
    )


def _span(low: str | None, high: str, language: str) -> str:
    return high if low is None else f"{low}{_RANGE_SIGN.get(language, '–')}{high}"


def _bare(low: Decimal | None, high: Decimal, quantity: Quantity, language: str) -> str:
    """A number that counts we do not know what (a postal code, a year) keeps its grouping and its zeros."""
    digits = quantity.text.strip()
    if quantity.kind is Kind.NUMBER and digits.isascii() and digits.isdigit():
        return _native(digits, language)
    grouped = bool(re.search(r"\d\D\d{3}", quantity.text))
    first = None if low is None else _number(low, language, grouped=grouped)
    return _span(first, _number(high, language, grouped=grouped), language)


def _money(low: Decimal | None, high: Decimal, currency: str, language: str) -> str:
    """Whole amounts are written without decimals, others with those of the currency."""
    locale = locale_of(language)
    amounts = [amount for amount in (low, high) if amount is not None]
    whole = all(amount == amount.to_integral_value() for amount in amounts)
    places = 0 if whole else max(get_currency_precision(currency), 2)
    pattern = locale.currency_formats["standard"]

    def written(amount: Decimal, form: str) -> str:
        parsed = parse_pattern(form)
        parsed.frac_prec = (places, places)
        return parsed.apply(
            amount, locale, currency=currency, currency_digits=False, numbering_system="default"
        )

    text = written(high, pattern.pattern)
    if low is None:
        return text
    bare = re.sub(r"[¤\s\u00a0\u200e\u200f]", "", pattern.pattern.partition(";")[0])
    last = written(high, bare)
    return text.replace(last, _span(written(low, bare), last, language), 1)


def _measured(low: Decimal | None, high: Decimal, unit: str, language: str) -> str:
    span = _span(None if low is None else _number(low, language), _number(high, language), language)
    if unit == PERCENT:
        return _percent(high, span, language)
    if unit == WORKING_DAY:
        return _duration("day_working", high, span, language)
    name = unit.removeprefix("duration-")
    if name in table("durations")[language]:
        return _duration(name, high, span, language)
    if language in _SIGNS_ONLY or unit.startswith(_ALWAYS_SIGNS):
        return f"{span}{table('durations')[language].get('joiner', ' ')}{_sign_of(unit)}"
    written = format_unit(high, unit, length="short", locale=locale_of(language), numbering_system="default")
    if _unit_number(high, language) not in written:  # a dual, or no pattern of this length in CLDR
        return f"{span} {_sign_of(unit)}"
    return written.replace(_unit_number(high, language), span, 1)


def _unit_number(value: Decimal, language: str) -> str:
    return format_decimal(value, locale=locale_of(language), numbering_system="default")


def _percent(value: Decimal, span: str, language: str) -> str:
    locale = locale_of(language)
    written = format_percent(
        value / 100, locale=locale, decimal_quantization=False, numbering_system="default"
    )
    return written.replace(_number(value, language), span, 1)


def _duration(name: str, value: Decimal, span: str, language: str) -> str:
    forms = table("durations")[language]
    category = locale_of(language).plural_form(value)
    form: str = forms[name].get(category, forms[name]["other"])
    joiner = forms.get("joiner", " ")
    return form.replace("{0}", span) if "{0}" in form else f"{span}{joiner}{form}"


@lru_cache(maxsize=64)
def _sign_of(unit: str) -> str:
    signs = table("units")["signs"]
    sign = next((sign for sign, named in signs.items() if named == unit), unit)
    return {"°c": "°C", "℃": "°C", "kb": "kB", "mb": "MB", "gb": "GB", "tb": "TB", "kwh": "kWh"}.get(
        sign, sign
    )


def _date(value: Date, language: str, text: str) -> str:
    locale = locale_of(language)
    if value.month is None:
        return _native(str(value.year), language) if value.year is not None else text
    whole = dt.date(value.year or 2024, value.month, value.day or 1)
    if value.year is not None and value.day is not None:
        written = format_date(whole, "long", locale=locale)
    else:
        skeleton = "yMMMM" if value.day is None else "MMMMd"
        written = format_skeleton(skeleton, dt.datetime.combine(whole, dt.time()), locale=locale)
    return _native(written, language)
