"""Sections cut into passages: whole sentences, small enough for a prompt and for an embedding."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import regex

from dragoman.languages.sentences import split_sentences

MAX_CHARS = 700
"""Letters of a passage: about 180 tokens of English for the model, 200 for the bundled embedder, which reads 512."""

# One sign of these scripts says as much as two letters or more, and costs as many tokens.
_DENSE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_PARAGRAPH_END = regex.compile(r"\n\s*\n\s*")
_LINE_END = regex.compile(r"\n\s*")
_CLAUSE_END = regex.compile(r"(?<=[,;:،؛])\s+|(?<=[，、；：၊៖])")
_WORD_END = regex.compile(r"\s+")
# Where there are no words to cut at, a figure stays whole and so does what the eye takes for one letter.
_LETTER = regex.compile(r"\p{Nd}[\p{Nd}.,]{0,40}|\X")
_INTRODUCES = regex.compile(r"[:：៖]\s*\Z")

Split = Callable[[str], Sequence[str]]


def cut(text: str, *, max_chars: int = MAX_CHARS) -> list[str]:
    """Cut the text of one section into passages of at most `max_chars` letters; Chinese, Japanese and Korean signs count twice.

    Cuts are made where they hurt least: between paragraphs, then lines, then sentences; only what is longer without
    any sentence end is cut between clauses, words, letters. A line that introduces a list ("You need:") stays with
    the first of what it introduces. Joined, the passages are the text again up to white space; none is empty.
    """
    return [stripped for piece in _fitting(text, max_chars, _LEVELS) if (stripped := piece.strip())]


def width(text: str) -> int:
    """Return how much room `text` takes: its characters, those of dense scripts counted twice."""
    return len(text) + len(_DENSE.findall(text))


def _fitting(text: str, limit: int, levels: Sequence[Split]) -> list[str]:
    """Return `text` in pieces that fit, cut by the first of `levels` and by the finer ones where that is not enough."""
    if width(text) <= limit or not levels:
        return [text]
    pieces: list[str] = []
    current, room = "", limit
    for part in levels[0](text):
        size = width(part)
        if size > room:
            pieces.append(current)
            current, room = "", limit
        if size > limit:
            *whole, part = _fitting(part, limit, levels[1:])
            pieces += whole
            size = width(part)
        current, room = current + part, room - size
    return [*pieces, current]


def _after(pattern: "regex.Pattern[str]", *, keeps_introductions: bool = False) -> Split:
    """Return what cuts a text after each match of `pattern`, but not after a line that introduces the next one."""

    def split(text: str) -> list[str]:
        ends = [found.end() for found in pattern.finditer(text)]
        if keeps_introductions:
            ends = [end for end in ends if not _INTRODUCES.search(text, max(0, end - 8), end)]
        return [text[start:end] for start, end in pairwise([0, *ends, len(text)]) if end > start]

    return split


_LEVELS: Sequence[Split] = (
    _after(_PARAGRAPH_END, keeps_introductions=True),
    _after(_LINE_END, keeps_introductions=True),
    split_sentences,
    _after(_CLAUSE_END),
    _after(_WORD_END),
    _LETTER.findall,
)
