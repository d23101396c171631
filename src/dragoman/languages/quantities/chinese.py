"""Numbers in Chinese numerals: `三十`, `二百五十`, `一万二千`, `二〇二六`."""

import re
from collections.abc import Iterator
from decimal import Decimal

CHINESE = frozenset({"zh", "ja"})
"""The languages in which these are figures."""

_DIGITS = {
    **{digit: value for value, digit in enumerate("〇一二三四五六七八九")},
    "零": 0,
    "两": 2,
    "兩": 2,
}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_RUN = re.compile(r"(?:[〇零一二两兩三四五六七八九十千万萬亿億]|百(?!分)){1,16}")


def chinese_value(text: str) -> Iterator[tuple[int, int, Decimal]]:
    """Yield where each run of Chinese numerals begins and ends, and its value; runs that are no number are left out."""
    for run in _RUN.finditer(text):
        value = _value(run[0])
        if value is not None:
            yield run.start(), run.end(), Decimal(value)


def _value(run: str) -> int | None:
    if all(character in _DIGITS for character in run):
        return int("".join(str(_DIGITS[character]) for character in run))
    total = section = digit = 0
    for character in run:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _TENS:
            section += (digit or 1) * _TENS[character]
            digit = 0
        else:
            if section + digit == 0:  # `万` alone multiplies the digits before it
                return None
            total += (section + digit) * _MYRIADS[character]
            section = digit = 0
    return total + section + digit
