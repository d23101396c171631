"""Words as they are compared: small letters, one form of each letter, without what writers leave out."""

import unicodedata
from functools import lru_cache

import regex

from dragoman.languages.scripts import to_ascii_digits

# Where vowel signs or tones are part of the letter, they stay; elsewhere writers in a hurry leave accents out.
_ACCENTS_STAY = frozenset({"vi", "hi", "bn", "th", "lo", "my", "km", "ko", "ja", "zh"})
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ł": "l", "ı": "i", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ک": "ك", "ة": "ه", "ۃ": "ه", "ہ": "ه",
        "ھ": "ه", "ؤ": "و", "ـ": None, "\u200c": None, "\u200d": None, "’": "'", "‘": "'", "ʼ": "'",
    }
)  # fmt: skip
_VIETNAMESE_KEEPS = str.maketrans({"\u200c": None, "\u200d": None, "’": "'", "‘": "'"})
_SPACES = regex.compile(r"\s+")


@lru_cache(maxsize=4096)
def folded(text: str, language: str) -> str:
    """Return `text` as patterns and names are compared with it."""
    if text.isascii():
        return _SPACES.sub(" ", text.casefold()).strip()
    text = unicodedata.normalize("NFKC", text).casefold()
    if language in _ACCENTS_STAY:
        text = unicodedata.normalize("NFC", text.translate(_VIETNAMESE_KEEPS))
    else:
        bare = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
        text = unicodedata.normalize("NFC", bare).translate(_LETTERS)
    return _SPACES.sub(" ", text).strip()


_SIGNS = regex.compile(r"[^\p{L}\p{M}\p{N}%€$£¥₽₹+#@]+")


def normalised(text: str, language: str) -> str:
    """Return a question without what makes no difference: large letters, signs, spaces and the script of digits."""
    return _SIGNS.sub(" ", to_ascii_digits(folded(text, language))).strip()
