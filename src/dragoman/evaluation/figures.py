"""Figures in a reply, read as leniently as a person would: any numerals, any marks for thousands and decimals.

Kept apart from the desk's own reading of quantities on purpose: a judge should not share its eyes with the judged.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from dragoman.languages.scripts import to_ascii_digits

# Spaces of all widths and apostrophes set thousands apart; points and commas do that or mark decimals, by language.
_SPACES = "\u0020\u00a0\u2009\u202f"
_GROUPS = rf"\d{{1,3}}(?:[{_SPACES}'’]\d{{3}})+(?!\d)(?:[.,]\d{{1,2}}(?!\d))?"
_FIGURE = re.compile(rf"(?<!\d)(?:{_GROUPS}|\d+(?:[.,]\d+)*)")
# Units stand close to their figures or apart from them, as the language has it.
_LOOSE = re.compile(r"\s+|(?<=\d)(?=[^\W\d_]|[€$£¥₹₽%])|(?<=[€$£¥₹₽])(?=\d)")
_ORDINAL = re.compile(r"^\s*\d{1,2}[.)]\s", re.MULTILINE)

Readings = frozenset[Decimal]


def normalised(text: str) -> str:
    """Return `text` as it is compared: one form of each character, western digits, no case, single spaces."""
    compatible = to_ascii_digits(unicodedata.normalize("NFKC", text)).casefold()
    return re.sub(r"\s+", " ", _without_format(compatible)).strip()


def _without_format(text: str) -> str:
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def figures(text: str) -> list[Readings]:
    """Return the numbers of `text` in order, each with all the values that it can be read as.

    `1.234` may be 1234 or 1.234; a date like `3.12.2025` is three numbers. Numbers of list items are left out.
    """
    plain = _ORDINAL.sub(" ", _without_format(to_ascii_digits(text)))
    return [readings for found in _FIGURE.finditer(plain) for readings in _readings(found[0])]


def _readings(figure: str) -> Iterator[Readings]:
    joined = re.sub(rf"[{_SPACES}'’]", "", figure)
    marks = re.findall(r"[.,]", joined)
    if not marks:
        yield frozenset({Decimal(joined)})
        return
    if len(set(marks)) == 2 and marks.count(marks[-1]) == 1:
        whole, _, part = joined.rpartition(marks[-1])
        yield frozenset({Decimal(f"{re.sub('[.,]', '', whole)}.{part}")})
        return
    parts = re.split(r"[.,]", joined)
    grouped = "".join(parts) if _grouped(parts) else None
    if len(marks) == 1:
        decimal = Decimal(".".join(parts))
        yield frozenset({decimal, Decimal(grouped)}) if grouped else frozenset({decimal})
    elif grouped:
        yield frozenset({Decimal(grouped)})
    else:
        yield from (frozenset({Decimal(part)}) for part in parts)


def _grouped(parts: list[str]) -> bool:
    """Tell whether these are groups of thousands: 1,234,567 or, in South Asia, 12,34,567."""
    first, *inner, last = parts
    short = {len(part) for part in inner} <= {3} or {len(part) for part in inner} <= {2}
    return len(last) == 3 and 1 <= len(first) <= 3 and first[0] != "0" and short


def contains(text: str, wanted: str) -> bool:
    """Tell whether `wanted` stands in `text`: a figure by its value, words by their letters.

    A figure is never found inside a longer one: `15` is not in `150`, `2015` or `1.5`.
    """
    values = figures(wanted)
    if values and not re.search(r"[^\d\s.,'’٫٬]", to_ascii_digits(unicodedata.normalize("NFKC", wanted))):
        return _has_all(figures(text), values)
    needle = normalised(wanted)
    return bool(needle) and any(_stands_in(form(needle), form(normalised(text))) for form in _FORMS)


def _has_all(found: list[Readings], wanted: list[Readings]) -> bool:
    return all(any(one & other for other in found) for one in wanted)


def _point_decimals(text: str) -> str:
    return _FIGURE.sub(lambda found: re.sub(rf"[{_SPACES}'’,](?=\d{{3}})", "", found[0]), text)


def _comma_decimals(text: str) -> str:
    return _FIGURE.sub(
        lambda found: re.sub(rf"[{_SPACES}'’.](?=\d{{3}})", "", found[0]).replace(",", "."), text
    )


def _without_zeros(text: str) -> str:
    return re.sub(r"(\d)[.,]0+(?!\d)", r"\1", text)


_FORMS: tuple[Callable[[str], str], ...] = (
    str,
    _point_decimals,
    _comma_decimals,
    lambda text: _without_zeros(_point_decimals(text)),
    lambda text: _without_zeros(_comma_decimals(text)),
)  # fmt: skip


def _stands_in(needle: str, text: str) -> bool:
    before = r"(?<!\d)(?<!\d[.,])" if needle[0].isdigit() else ""
    after = r"(?!\d)(?![.,]\d)" if needle[-1].isdigit() else ""
    spaced = r"\s*".join(re.escape(part) for part in _LOOSE.split(needle))
    return re.search(f"{before}{spaced}{after}", text) is not None


def unknown_figures(text: str, known: Iterable[Readings]) -> list[str]:
    """Return the numbers of `text` that can be read as none of `known`, in plain writing."""
    values = frozenset(value for readings in known for value in readings)
    strange = [readings for readings in figures(text) if not readings & values]
    return [format(min(readings).normalize(), "f") for readings in strange]
