"""Writing systems and digits of a text."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType

import regex

_SCRIPT_NAMES = MappingProxyType(
    {
        "Latn": "Latin", "Cyrl": "Cyrillic", "Arab": "Arabic", "Hebr": "Hebrew", "Hani": "Han", "Hira": "Hiragana",
        "Kana": "Katakana", "Hang": "Hangul", "Thai": "Thai", "Laoo": "Lao", "Mymr": "Myanmar", "Khmr": "Khmer",
        "Deva": "Devanagari", "Beng": "Bengali",
    }
)  # fmt: skip
_SCRIPT = regex.compile("|".join(rf"(?P<{code}>\p{{Script={name}}})" for code, name in _SCRIPT_NAMES.items()))

# Letters that several scripts share, as the long-vowel mark of both kana.
_SHARED = regex.compile(r"[\p{Script=Common}\p{Script=Inherited}]")

SCRIPTS = frozenset(_SCRIPT_NAMES)
"""ISO 15924 codes of the scripts that are counted: those in which the 29 languages are written."""

OTHER = "Zyyy"
"""What letters of any other script are counted as."""

NUMERALS = MappingProxyType(
    {
        "latn": "0123456789",
        "arab": "٠١٢٣٤٥٦٧٨٩",
        "arabext": "۰۱۲۳۴۵۶۷۸۹",
        "deva": "०१२३४५६७८९",
        "beng": "০১২৩৪৫৬৭৮৯",
        "thai": "๐๑๒๓๔๕๖๗๘๙",
        "laoo": "໐໑໒໓໔໕໖໗໘໙",
        "mymr": "၀၁၂၃၄၅၆၇၈၉",
        "khmr": "០១២៣៤៥៦៧៨៩",
        "fullwide": "０１２３４５６７８９",
        "hanidec": "〇一二三四五六七八九",
    }
)
"""The digits 0 to 9 of the numbering systems (CLDR `numberingSystems.xml`) in which the 29 languages write."""

# Arabic decimal and thousands separators stand only in figures, so they go along with the digits.
_SEPARATORS = {"٫": ".", "٬": ","}
_NOT_ASCII_DIGIT = regex.compile(r"[^\P{Nd}0-9]|[٫٬]")


# Codes of ISO 15924 that stand for several of the scripts that are counted.
_PARTS = MappingProxyType(
    {"Jpan": ("Hani", "Hira", "Kana"), "Kore": ("Hang", "Hani"), "Hans": ("Hani",), "Hant": ("Hani",)}
)


def counted_scripts(codes: Iterable[str]) -> frozenset[str]:
    """Return the counted scripts behind a language's ISO 15924 codes: for `Jpan` those are kanji and both kana."""
    return frozenset(part for code in codes for part in _PARTS.get(code, (code,)))


@lru_cache(maxsize=8192)
def script_of(character: str) -> str | None:
    """Return the script of one character: an ISO 15924 code of `SCRIPTS`, `OTHER`, or None for what is no letter.

    Marks count with their script, so that vowel signs of Indic scripts weigh as what they are: half of the writing.
    """
    found = _SCRIPT.match(character)
    if found is not None:
        return found.lastgroup if unicodedata.category(character)[0] in "LM" else None
    return OTHER if character.isalpha() and not _SHARED.match(character) else None


def count_scripts(text: str) -> Counter[str]:
    """Count the letters and vowel signs of `text` by script; digits, signs and spaces are left out."""
    counts: Counter[str] = Counter()
    for character, times in Counter(text).items():
        script = script_of(character)
        if script is not None:
            counts[script] += times
    return counts


def to_ascii_digits(text: str) -> str:
    """Return `text` with every decimal digit of any script as 0-9, Arabic separators of figures as `.` and `,`.

    The length stays the same. Chinese numerals (`二〇二四`) stay, since they are words as often as figures.
    """
    return _NOT_ASCII_DIGIT.sub(lambda found: _ascii(found[0]), text)


def _ascii(character: str) -> str:
    # `regex` may know digits of a newer Unicode than `unicodedata`; none of the 29 languages writes them.
    return _SEPARATORS.get(character) or str(unicodedata.decimal(character, character))
