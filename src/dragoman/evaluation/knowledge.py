"""What the knowledge says, read once more by the judge: its sentences, to know quotations by, and its figures."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from pathlib import Path

from dragoman.evaluation.figures import Readings, figures
from dragoman.evaluation.wording import sentences_of
from dragoman.nouns.errors import OperatorError

_TEXT = frozenset({".md", ".markdown", ".txt", ".html", ".htm", ".csv", ".tsv", ".toml", ".json", ".jsonl"})
_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]{1,500}>", re.DOTALL | re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_EMPHASIS = re.compile(r"[*_`#|]+")

# What a figure of the knowledge may rightly become in another language: hours of the other clock, numbers of months.
_HOUR = re.compile(
    r"\b(\d{1,2})(?::(\d\d))?\s*([ap])\.?\s?m\b|\b(\d{1,2}):\d\d\b|\bnoon\b|\bmidnight\b", re.IGNORECASE
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*\b", re.IGNORECASE)
# Numbers that English texts spell out, and that other languages write with digits as often.
_SPELLED = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


@dataclass(frozen=True, slots=True)
class Known:
    """The knowledge as the judge knows it.

    Attributes:
        sentences: as `wording.sentences_of` gives them.
        figures: all its numbers, and those that they may become.
        texts: everything in it, for what has to be found letter by letter.
        complete: whether all of it could be read; if not, nothing is said about figures that are not in it.
    """

    sentences: frozenset[str]
    figures: tuple[Readings, ...]
    texts: str
    complete: bool


def read_known(places: Iterable[Path], *, without: Collection[str] = ()) -> Known:
    """Read what can be read as text of files and folders.

    Args:
        without: what no reply may say: sentences that have any of it are instructions, and nothing that is known.

    Raises:
        OperatorError: there is nothing at one of the places.
    """
    files = [file for place in places for file in _files(place)]
    texts = [_without(without, _plain(file)) for file in files if file.suffix.lower() in _TEXT]
    whole = "\n\n".join(texts)
    known = (*figures(whole), frozenset(_also(whole)))
    return Known(sentences_of(whole), known, whole, complete=bool(files) and len(texts) == len(files))


def _files(place: Path) -> list[Path]:
    if place.is_dir():
        return sorted(one for one in place.rglob("*") if one.is_file() and not one.name.startswith("."))
    if place.is_file():
        return [place]
    raise OperatorError(f"There is no {place}: name a file or a folder with --knowledge.")


def _plain(file: Path) -> str:
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    return _EMPHASIS.sub(" ", unescape(_MARKUP.sub(" ", text)))


def _without(forbidden: Collection[str], text: str) -> str:
    """Leave out the sentences that have something forbidden."""
    if not forbidden:
        return text
    found = [one.casefold() for one in forbidden]
    return "\n".join(
        sentence
        for sentence in _SENTENCE_END.split(text)
        if not any(one in sentence.casefold() for one in found)
    )


def _also(text: str) -> Iterator[Decimal]:
    for found in _HOUR.finditer(text):
        hour = int(found[1] or found[4] or 12)
        yield from (Decimal(one) for one in (hour % 12, hour % 12 + 12, hour % 24))
        if not found[2]:
            yield Decimal(0)  # 9 a.m. is 9:00 elsewhere
    for found in _MONTH.finditer(text):
        yield Decimal(_MONTHS.index(found[1].casefold()) + 1)
    for value, word in enumerate(_SPELLED):
        if re.search(rf"\b{word}\b", text, re.IGNORECASE):
            yield Decimal(value)
