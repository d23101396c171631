"""A text as it is searched for quantities: the same length, so that places in it are places in the original."""

from functools import lru_cache

from dragoman.languages.scripts import to_ascii_digits

# Signs that are written in several ways, and marks that are not seen: no-break spaces of all widths as one, marks of
# direction and zero-width spaces as spaces, full-width signs as their usual selves.
_SAME = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u202f\u2007\u2009", "\u00a0"),
        **dict.fromkeys("\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u3000", " "),
        **dict.fromkeys("’ʼ＇", "'"),
        **dict.fromkeys("‐‑–—−－﹣", "-"),
        **dict.fromkeys("～〜∼˜", "~"),
        "％": "%", "٪": "%", "：": ":", "．": ".", "（": "(", "）": ")", "￥": "¥", "＄": "$", "￡": "£",
        "［": "[", "］": "]", "｛": "{", "｝": "}", "【": "[", "】": "]", "／": "/",
    }
)  # fmt: skip

# Letters that are written without spaces between words, so that a word may end where the next letter begins:
# Thai and Lao, Burmese, Hangul, Khmer, kana and Han.
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x2E80, 0x9FFF), (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF), (0xFF66, 0xFF9F),
)  # fmt: skip

NO_BREAK = "\u00a0"
"""What all spaces that hold figures together are folded to."""


def fold(text: str) -> str:
    """Return `text` in lower case with western digits and one way of writing each sign. Length and places stay."""
    folded = to_ascii_digits(text).translate(_SAME)
    lowered = folded.lower()
    return lowered if len(lowered) == len(folded) else "".join(map(_lower, folded))


def _lower(character: str) -> str:
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character


@lru_cache(maxsize=8192)
def is_spaced_letter(character: str) -> bool:
    """Tell whether this is a letter (or a vowel sign) of a script that sets words apart by spaces."""
    code = ord(character)
    if code < 0x80:
        return character.isalpha()
    if any(first <= code <= last for first, last in _UNSPACED):
        return False
    return character.isalpha() or 0x0900 <= code <= 0x09FF
