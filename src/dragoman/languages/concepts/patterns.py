"""The small language in which the tables say how a concept is written.

Patterns stand apart by spaces. `*` is any letters, so `cancel*` is how a word begins and `*batal*` what it holds; `_`
is a space; `~` a gap of a few words (`schalt*~ein`); `|` the edge of a word, which languages that write
without spaces, and Korean with its endings, need only where a pattern is a whole word; everywhere else a pattern is a
whole word already; `$` the end of a sentence; `!`
that no Thai vowel stands before, which makes เปิด (open) of ปิด (close).
"""

from dataclasses import dataclass
from functools import cache

import regex

from dragoman.languages.folding import folded

_UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "km", "ko"})
# Written together with the word that follows: conjunctions, prepositions, articles, what is elided.
_PROCLITICS = {
    "fr": "(?:(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)')?",
    "it": "(?:(?:[cdlmnstv]|un|all|dell|nell|sull|dall|quell|quest|dov|com)')?",
    "ar": "(?:[وف]?(?:ال|بال|كال|لل|وال|[بلكف])?)",
    "he": "[והבלמשכ]{0,3}?",
}
_LETTER = r"[\p{L}\p{M}\p{Nd}']"
_SIGNS = {
    "*": rf"{_LETTER}*",
    "_": r"[ \-]?",
    "~": r"[^.!?؟。！？;]{1,40}?",
    "|": "",
    "!": "(?<!เ)",
    "$": r"\s*(?:[?.!]|$)",
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern of a language.

    Attributes:
        written: as it stands in the table.
        language: the code of its language.
        needle: its longest piece without signs, folded: looking for that first costs next to nothing.
        plain: there is nothing else to it but, perhaps, any letters behind.
    """

    written: str
    language: str
    needle: str
    plain: bool

    def inside(self, words: str) -> bool:
        """Tell whether a folded text has it."""
        if self.needle not in words:
            return False
        if self.plain and (self.language in _UNSPACED or self._stands(words)):
            return True
        if self.plain and self.language not in _PROCLITICS:
            return False
        return _expression(self.written, self.language).search(words) is not None

    def spans(self, words: str) -> list[tuple[int, int]]:
        """Return from where to where a folded text has it."""
        if not self.inside(words):
            return []
        return [found.span() for found in _expression(self.written, self.language).finditer(words)]

    def _stands(self, words: str) -> bool:
        """Tell whether the needle stands as a word, or at the beginning of one. Spares compiling ten thousands of expressions."""
        start = words.find(self.needle)
        while start >= 0:
            end = start + len(self.needle)
            begins = start == 0 or not _is_letter(words[start - 1])
            if begins and (self.written[-1] == "*" or end == len(words) or not _is_letter(words[end])):
                return True
            start = words.find(self.needle, start + 1)
        return False


def patterns_of(written: str, language: str) -> tuple[Pattern, ...]:
    """Read the patterns of a concept."""
    return tuple(_pattern(one, language) for one in written.split())


def _pattern(written: str, language: str) -> Pattern:
    pieces = [piece for piece in _pieces(written, language) if piece]
    words = [piece for piece in pieces if piece not in _SIGNS]
    plain = pieces == words[:1] or (language not in _UNSPACED and pieces == [*words[:1], "*"])
    return Pattern(written, language, max(words, key=len), plain)


def compiled(patterns: str, language: str) -> "regex.Pattern[str]":
    """Return one expression that finds any of the patterns in a folded text.

    Raises:
        ValueError: there is none.
    """
    parts = [_source(pattern, language) for pattern in patterns.split()]
    if not parts:
        raise ValueError(f"no patterns ({language})")
    return regex.compile("|".join(parts))


@cache
def _expression(pattern: str, language: str) -> "regex.Pattern[str]":
    return regex.compile(_source(pattern, language))


def _pieces(pattern: str, language: str) -> list[str]:
    # Signs are taken out first: folding would keep them, but joins what they part.
    return [
        piece if piece in _SIGNS else folded(piece, language) for piece in regex.split(r"([*_~|$!])", pattern)
    ]


@cache
def _is_letter(character: str) -> bool:
    return regex.fullmatch(_LETTER, character) is not None


def _source(pattern: str, language: str) -> str:
    body = "".join(_SIGNS.get(piece, regex.escape(piece)) for piece in _pieces(pattern, language))
    if language in _UNSPACED:
        before = rf"(?<!{_LETTER})" if pattern.startswith("|") else ""
        after = rf"(?!{_LETTER})" if pattern.endswith("|") else ""
        return f"{before}(?:{body}){after}"
    return rf"(?<!{_LETTER}){_PROCLITICS.get(language, '')}(?:{body})(?!{_LETTER})"
