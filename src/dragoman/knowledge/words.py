"""Texts as words to be found by, in all 29 languages: the same word whatever its case, accents, digits or ending.

Scripts that put spaces between words give words, cut to their first letters, which stands in for stemming in every
language at once (McNamee et al. 2009, "Addressing morphological variation in alphabetic languages": n-truncation).
Scripts that put none, and Hangul, whose words carry particles, give pairs of neighbouring characters (Lucene's CJK
analyser does the same). Figures, codes, e-mail addresses and links are kept whole.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from types import MappingProxyType

import regex

from dragoman.knowledge.concept_words import concept_words
from dragoman.languages.scripts import to_ascii_digits

WORDS_BY = 8
"""Which way of writing the words of a passage this is."""
STEM = 6
"""Letters kept of a word of a spaced script."""

_MAX_TOKEN = 64
# Letters that Unicode does not take apart, and letters of Arabic script that keyboards give for one another.
_ALIKE = MappingProxyType(
    str.maketrans(
        {
            "ı": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ё": "е",
            "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "ۃ": "ه", "ہ": "ه", "ھ": "ه", "ـ": None,
            "’": "'", "`": "'", "´": "'", "\u200c": None, "\u200d": None, "\u00ad": None, "\u200b": None,
        }
    )
)  # fmt: skip
# Accents of Latin, Cyrillic and Greek, Arabic vowel signs, Hebrew points. Not the vowel signs of other scripts, which
# are half of their writing.
_ACCENT = regex.compile(r"[\u0300-\u036F\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06ED\u0591-\u05C7]")
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_TOKEN = regex.compile(
    rf"""
      (?P<address> [\w.+-]+ @ [\w-]+ (?: \.[\w-]+ )+ )
    | (?P<link> (?: https?:// | www\. ) [^\s<>"']+ )
    | (?P<number> (?<![\p{{L}}\d]) \d+ (?: [.,'\u00A0\u202F] \d+ | [ ] \d{{3}} (?! \d ) )* (?! [\d] | [-/.]?[a-z] ) )
    | (?P<code> (?= [a-z./_-]* \d ) [a-z\d]+ (?: [-/._] [a-z\d]+ )* )
    | (?P<run> (?: [{_UNSPACED}] \p{{M}}* )+ )
    | (?P<word> (?: [\p{{L}}\p{{M}}--[{_UNSPACED}]] | '(?=\p{{L}}) )+ )
    """,
    regex.VERBOSE | regex.V1,
)
_EXACT = frozenset({"address", "link", "code"})
_CLUSTER = regex.compile(r"\X")
_SEPARATORS = regex.compile(r"[-/._]")
_GROUPED = regex.compile(r"\d{1,3}(?:([ .,'\u00A0\u202F])\d{3})(?:\1\d{3})*(?:[.,](\d+))?")
_ARABIC_ARTICLE = regex.compile(r"^(?:[وفبک]?ال|لل)(?=\p{Arab}{3})")


def tokens(text: str) -> list[str]:
    """Return the words of `text` in their order, repeated where they repeat, each 1 to 64 characters."""
    folded = fold(text)
    return [token[:_MAX_TOKEN] for found in _TOKEN.finditer(folded) for token in _of(found)]


def exact(text: str) -> frozenset[str]:
    """Return the codes and addresses among the words of `text`: what is right to the letter or wrong."""
    found = _TOKEN.finditer(fold(text))
    return frozenset(next(_of(one))[:_MAX_TOKEN] for one in found if one.lastgroup in _EXACT)


def index_words(text: str, headings: Sequence[str], title: str, language: str) -> list[str]:
    """Return the words that a passage is found by, each once: of its text, headings and title, and its concepts.

    `WORDS_BY` counts up when what is written here changes.
    """
    plain = {word for part in (text, *headings, title) for word in tokens(part)}
    return sorted(plain | concept_words(text, headings, language))


def fold(text: str) -> str:
    """Return `text` with the differences gone that keyboards and habits make: case, width, accents, digits."""
    plain = unicodedata.normalize("NFKD", to_ascii_digits(text).casefold())
    return unicodedata.normalize("NFC", _ACCENT.sub("", plain)).translate(_ALIKE)


def _of(found: "regex.Match[str]") -> Iterator[str]:
    kind, text = found.lastgroup, found[0]
    if kind == "word":
        yield from _stems(text)
    elif kind == "run":
        yield from _pairs(text)
    elif kind == "number":
        yield _number(text)
    elif kind == "code":
        yield from _code(text)
    else:
        yield text.rstrip(".,;:!?)/")


def _stems(word: str) -> Iterator[str]:
    """Cut a word to its beginning, without the article that Arabic writes on it, and apart at its apostrophes."""
    parts = [part for part in word.split("'") if len(part) > 2] or [word]
    for part in parts:
        yield _ARABIC_ARTICLE.sub("", part)[:STEM]


def _pairs(run: str) -> Iterator[str]:
    clusters: list[str] = _CLUSTER.findall(run)
    if len(clusters) == 1:
        yield run
    for first, second in pairwise(clusters):
        yield first + second


def _number(text: str) -> str:
    """Write a figure in one way: `1.234,50`, `1 234.5` and `1234.50` are the same."""
    grouped = _GROUPED.fullmatch(text)
    if grouped:
        decimals = grouped[2] or ""
        whole = text[: len(text) - len(decimals) - 1] if decimals else text
        return _decimal(regex.sub(r"\D", "", whole), decimals)
    whole, comma, decimals = text.replace(",", ".").partition(".")
    return text if "." in decimals else _decimal(whole, decimals if comma else "")


def _decimal(whole: str, decimals: str) -> str:
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


def _code(text: str) -> Iterator[str]:
    """Give a product code without its separators, and its parts."""
    parts = _SEPARATORS.split(text)
    yield "".join(parts)
    if len(parts) > 1:
        yield from parts
