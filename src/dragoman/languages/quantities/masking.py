"""Quantities as placeholders, which a model copies and the desk fills in: no figure is the model's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dragoman.languages.quantities.finding import find
from dragoman.languages.quantities.folding import fold
from dragoman.languages.quantities.identifiers import Identifier, identifiers
from dragoman.languages.quantities.lexicon import Unit, lexicon
from dragoman.languages.quantities.quantity import Kind, Quantity
from dragoman.languages.quantities.writing import write

FORM = "[{}]"
"""How a placeholder looks; its number stands in the braces."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text whose quantities and identifiers are placeholders.

    Attributes:
        text: the text with placeholders.
        items: what each stands for, by its number.
        form: how they look.
    """

    text: str
    items: dict[int, Quantity | Identifier]
    form: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A text whose placeholders are filled.

    Attributes:
        text: the text; placeholders that were never given stay in it.
        missing: numbers of those that were given and do not stand in it, in order.
        unknown: numbers of those that stand in it and were never given, in order.
    """

    text: str
    missing: tuple[int, ...]
    unknown: tuple[int, ...]


def mask(text: str, language: str, *, first: int = 1, form: str = FORM) -> Masked:
    """Return `text` with a placeholder for each quantity (with its unit) and each identifier.

    What is written alike has one placeholder. Weak quantities and bare numbers in words stay. Numbers of placeholders that the text itself
    seems to hold are passed over.

    Args:
        text: in Unicode's form NFC.
        language: the code of its language.
        first: the number to begin with, so that several texts can stand in one prompt.
        form: how placeholders look, with `{}` for the number.

    Raises:
        KeyError: the language is none of the 29.
    """
    start = max([first - 1, *(number for number, _, _ in _placeholders(text, form))]) + 1
    numbers: dict[str, int] = {}
    items: dict[int, Quantity | Identifier] = {}
    parts: list[str] = []
    place = 0
    for one in _in_order(text, language):
        number = numbers.setdefault(one.text, start + len(numbers))
        items.setdefault(number, one)
        parts += (text[place : one.start], form.format(number))
        place = one.end
    return Masked("".join((*parts, text[place:])), items, form)


def _in_order(text: str, language: str) -> list[Quantity | Identifier]:
    found: list[Quantity | Identifier] = [
        one for one in find(text, language) if not one.weak and not _only_word(one)
    ]
    return sorted([*found, *identifiers(text)], key=lambda one: one.start)


def _only_word(quantity: Quantity) -> bool:
    """A number in words that counts no unit ("two-step sign-in") belongs to its sentence."""
    return quantity.kind is Kind.NUMBER and not any(character.isdecimal() for character in quantity.text)


def fill(text: str, masked: Masked, language: str) -> Filled:
    """Return `text` with its placeholders filled: quantities as the language writes them, identifiers as they were.

    A unit that the model has written behind a placeholder which has it already is dropped.

    Raises:
        KeyError: the language is none of the 29.
    """
    plain = fold(text).replace("\u00a0", " ")
    used: set[int] = set()
    unknown: list[int] = []
    parts: list[str] = []
    place = 0
    for number, start, end in _placeholders(text, masked.form):
        item = masked.items.get(number)
        if item is None:
            unknown.append(number)
            continue
        used.add(number)
        written = item.text if isinstance(item, Identifier) else write(item, language)
        parts += (text[place:start], written)
        place = _after_own_unit(plain, end, item, written, language)
    missing = tuple(number for number in masked.items if number not in used)
    return Filled("".join((*parts, text[place:])), missing, tuple(dict.fromkeys(unknown)))


def _placeholders(text: str, form: str) -> Iterator[tuple[int, int, int]]:
    """Yield number and place of each placeholder, in whatever numerals and brackets a model has written it."""
    before, after = (re.escape(part) for part in fold(form).split("{}"))
    for found in re.finditer(rf"{before} ?(\d{{1,4}}) ?{after}", fold(text)):
        yield int(found[1]), found.start(), found.end()


def _after_own_unit(plain: str, end: int, item: Quantity | Identifier, written: str, language: str) -> int:
    if isinstance(item, Identifier):
        return end
    place = end + 1 if plain.startswith(" ", end) else end
    last = fold(written).rpartition(" ")[2]
    if not any(character.isdecimal() for character in last) and plain.startswith(last, place):
        return place + len(last)
    if item.unit is None and item.currency is None:
        return end
    word = lexicon(language).after.after(plain, place)
    return word[0] if word is not None and Unit(item.unit, item.currency) in word[1] else end
