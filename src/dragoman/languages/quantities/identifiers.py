"""What names one thing and cannot be written otherwise: e-mail addresses, links, telephone numbers, codes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from dragoman.languages.quantities.folding import NO_BREAK, fold
from dragoman.languages.quantities.lexicon import table


class IdentifierKind(StrEnum):
    """What an identifier is."""

    EMAIL = "email"
    LINK = "link"
    PHONE = "phone"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier found in a text.

    Attributes:
        kind: what it is.
        value: as it is compared: lower case, western digits, a telephone number as its digits, a link without its
            scheme and last slash.
        start: where it begins, in characters.
        end: where it ends.
        text: as it is written there.
    """

    kind: IdentifierKind
    value: str
    start: int
    end: int
    text: str


# Lengths are bounded (RFC 5321 and RFC 1035 for addresses and names), so that every look takes a time that grows with
# the text only.
_EMAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9][a-z0-9.-]{0,252}[a-z0-9]")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'()\[\]{}«»“”„、。，；！？]{1,2000}"
    r"|(?<![a-z0-9@.-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}"
    r"(?:com|org|net|example|info|shop|eu|io|de|at|ch|fr|es|pt|it|nl|ru|cz|pl|tr|jp|kr|vn|th|id|my|ph|in|bd|pk|cn|uk|us)"
    r"(?![a-z0-9-])(?:/[^\s<>\"'()\[\]{}«»“”„、。，；！？]{0,2000})?"
)
# One digit at a time, so that there is one way only to read a run of digits.
_PHONE = re.compile(
    rf"(?<![\d.,:/-])(?<!\d[ {NO_BREAK}])(?:\+|00(?=[1-9])|\(?0(?=\d))(?:(?:[ {NO_BREAK}/.-]|\) ?| ?\()?\d){{5,20}}(?!\d)"
)
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2} ?[a-z0-9]{4}(?: ?\d{4}){2,6}(?: ?\d{1,3})?(?![a-z0-9])")
_CODE = re.compile(r"(?<![a-z0-9_#-])(?:[a-z0-9]+(?:[-_/#][a-z0-9]+)*|# ?\d{3,12}(?!\d))")
_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{2,4}|0\.\d+")
_FEWEST_PHONE_DIGITS, _MOST_PHONE_DIGITS = 6, 15
_LAST_OF_SENTENCE = ".,;:!?)'\"…،؛؟।。"
_LONGEST_CODE = 40
# "mag-4:30", "ke-3", "Covid-19": a word with a small figure; codes are in capitals.
_AFFIX = re.compile(r"[A-Za-z]?[a-z]+-\d{1,2}")
# What begins like a code and is a figure with its unit or an hour: 6kg, 16h30, 3x4, ika-4, Rp5000, Rs1–2, EUR6.
_NO_CODE = re.compile(
    r"\d+(?:-\d+)?(?:[a-z]+|h\d{2}|x\d+|-[a-z]+|/[a-z]+|[a-z]+-[a-z]+)"
    r"|(?:ika|alas|ala|ke|h|m|p|no|nr|s)-?\d+|(?:rp|rm|rs|us)-?\d+(?:-\d+)?"
)
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[a-z#]")


def identifiers(text: str) -> list[Identifier]:
    """Return the identifiers of `text` in order, none inside another. Time grows with the length of the text."""
    return of_folded(text, fold(text))


def of_folded(text: str, folded: str) -> list[Identifier]:
    """The same, for a text that is folded already."""
    taken = bytearray(len(folded))
    found: list[Identifier] = []
    for kind, start, end in _spans(folded):
        if any(taken[start:end]) or (kind is IdentifierKind.CODE and _AFFIX.fullmatch(text[start:end])):
            continue
        taken[start:end] = b"\x01" * (end - start)
        found.append(Identifier(kind, _normalised(kind, folded[start:end]), start, end, text[start:end]))
    return sorted(found, key=lambda one: one.start)


def _spans(folded: str) -> Iterator[tuple[IdentifierKind, int, int]]:
    for kind, pattern in (
        (IdentifierKind.EMAIL, _EMAIL),
        (IdentifierKind.LINK, _LINK),
        (IdentifierKind.CODE, _IBAN),
        (IdentifierKind.PHONE, _PHONE),
        (IdentifierKind.CODE, _CODE),
    ):
        for match in pattern.finditer(folded):
            span = (
                match[0].rstrip(_LAST_OF_SENTENCE) if kind is not IdentifierKind.PHONE else match[0].rstrip()
            )
            if _is(kind, span):
                yield kind, match.start(), match.start() + len(span)


def _is(kind: IdentifierKind, span: str) -> bool:
    if kind is IdentifierKind.PHONE:
        digits = sum(character.isdigit() for character in span)
        return _FEWEST_PHONE_DIGITS <= digits <= _MOST_PHONE_DIGITS and not _DATE.fullmatch(span)
    if kind is IdentifierKind.CODE:
        return _is_code(span)
    return kind is not IdentifierKind.EMAIL or "." in span.partition("@")[2]


def _is_code(span: str) -> bool:
    if len(span) > _LONGEST_CODE or not (_DIGIT.search(span) and _LETTER.search(span)):
        return False
    letters = span.rstrip("0123456789-")
    return not _NO_CODE.fullmatch(span) and letters.upper() not in _currency_codes()


@lru_cache(maxsize=1)
def _currency_codes() -> frozenset[str]:
    return frozenset(table("currencies")["codes"].split())


def _normalised(kind: IdentifierKind, span: str) -> str:
    if kind is IdentifierKind.PHONE:
        digits = "".join(character for character in span if character.isdigit())
        return digits.removeprefix("00") if span.startswith("00") else digits
    if kind is IdentifierKind.LINK:
        return re.sub(r"^(?:https?://)?(?:www\.)?", "", span).rstrip("/")
    return re.sub(r"\s", "", span) if kind is IdentifierKind.CODE else span
