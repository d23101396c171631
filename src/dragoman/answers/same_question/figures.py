"""The figures of a question, each written in one way."""

import regex

from dragoman.languages.scripts import to_ascii_digits

_NUMBER = regex.compile(r"\d+(?:[.,:/]\d+)*")
_GROUPING = regex.compile(r"[.,](?=\d{3}(?:\D|$))")


def figures_of(text: str) -> frozenset[str]:
    """Return the numbers of a text, in ASCII digits and without marks between thousands."""
    ascii_text = to_ascii_digits(text)
    return frozenset(_GROUPING.sub("", found[0]) for found in _NUMBER.finditer(ascii_text))
