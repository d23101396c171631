"""The small language in which the tables say how a concept is written.

Patterns stand apart by spaces. `*` is any letters, so `cancel*` is how a word begins and `*batal*` what it holds; `_`
is a space; `~` a gap of a few words (`schalt*~ein`); `|` the edge of a word, which languages that write
without spaces, and Korean with its endings, need only where a pattern is a whole word; everywhere else a pattern is a
whole word already; `$` the end of a sentence; `!`
that no Thai vowel stands before, which makes เปิด (open) of ปิด (close).
"""

from functools import cache

import regex

from dragoman.answers.same_question.folding import folded

_UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "km", "ko"})
# Written together with the word that follows: conjunctions, prepositions and the article.
_PROCLITICS = {
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


@cache
def compiled(patterns: str, language: str) -> "regex.Pattern[str]":
    """Return one expression that finds any of the patterns in a folded text.

    Raises:
        ValueError: there is none.
    """
    parts = [_expression(pattern, language) for pattern in patterns.split()]
    if not parts:
        raise ValueError(f"no patterns ({language})")
    return regex.compile("|".join(parts))


def _expression(pattern: str, language: str) -> str:
    # Signs are taken out first: folding would keep them, but joins what they part.
    pieces = regex.split(r"([*_~|$!])", pattern)
    body = "".join(
        _SIGNS[piece] if piece in _SIGNS else regex.escape(folded(piece, language)) for piece in pieces
    )
    if language in _UNSPACED:
        before = rf"(?<!{_LETTER})" if pattern.startswith("|") else ""
        after = rf"(?!{_LETTER})" if pattern.endswith("|") else ""
        return f"{before}(?:{body}){after}"
    return rf"(?<!{_LETTER}){_PROCLITICS.get(language, '')}(?:{body})(?!{_LETTER})"
