"""A language the desk speaks, and the one decision a turn makes about it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Language:
    """One of the 29 languages.

    Attributes:
        code: the tag by which everything names it: ISO 639-1 where there is one, else ISO 639-3.
        english: its name in English, `French`.
        own: its name in itself, `français`.
        chinese: its name in Chinese, `法语`.
        scripts: ISO 15924 codes of the scripts it is written in, the usual one first.
        direction: the direction its text runs.
        numerals: the CLDR numbering systems its writers use, the usual one first (`("latn",)`).
    """

    code: str
    english: str
    own: str
    chinese: str
    scripts: tuple[str, ...]
    direction: Direction = "ltr"
    numerals: tuple[str, ...] = ("latn",)


class DecidedBy(StrEnum):
    """What settled the language of a turn."""

    CHOICE = "choice"
    """The customer picked it."""
    SCRIPT = "script"
    """The writing system belongs to one language only."""
    WORDS = "words"
    """A detector was sure of the words."""
    CONVERSATION = "conversation"
    """The words left it open and the conversation's language was kept."""
    HINT = "hint"
    """The words left it open and the browser's languages settled it."""
    FALLBACK = "fallback"
    """Nothing spoke for any language; the operator's fallback was taken."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A language that a message may be in, with a probability between 0 and 1."""

    language: str
    confidence: float


@dataclass(frozen=True, slots=True)
class LanguageDecision:
    """The language in which a turn answers. Made once; all that follows uses this one.

    Attributes:
        language: the code of the language decided on.
        confidence: how sure the decision is, between 0 and 1.
        decided_by: what settled it.
        candidates: the languages considered, the likeliest first.
    """

    language: str
    confidence: float
    decided_by: DecidedBy
    candidates: tuple[Candidate, ...] = field(default=())
