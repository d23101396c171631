"""Whether a model says again what it was shown as an example."""

from collections.abc import Iterable

import regex

# A run of so many words that stands in an example too is no chance; in scripts without spaces, of so many signs.
_RUN_OF_WORDS, _RUN_OF_SIGNS = 4, 8
_MARK = regex.compile(r"\[\d+\]")
_WORD = regex.compile(r"\[\]|[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*")
_SIGN = regex.compile(r"\[\]|[\p{L}\p{M}]")
_UNSPACED = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]"
)


def copies(written: str, examples: Iterable[str]) -> bool:
    """Tell whether a text repeats a part of an example, marks such as [1] counting as words that are all alike.

    What stands right behind a mark in an example ("at most [1] characters") may not stand behind one here at all: it
    would be a unit of the model's own.
    """
    said = _runs(written)
    return any(said & _runs(example) for example in examples)


def _runs(text: str) -> set[tuple[str, ...]]:
    if _UNSPACED.search(text):  # a word behind a mark has no end that could be seen
        return _windows(_SIGN.findall(_MARK.sub("[]", text)), _RUN_OF_SIGNS)
    words = [word.casefold() for word in _WORD.findall(_MARK.sub("[]", text))]
    behind = {pair for pair in _windows(words, 2) if pair[0] == "[]" != pair[1]}
    return behind | _windows(words, _RUN_OF_WORDS)


def _windows(parts: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(parts[start : start + length]) for start in range(len(parts) - length + 1)}
