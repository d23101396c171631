"""Proper names, product names and codes of a question, by the key under which two of them are compared."""

import regex

from dragoman.languages.folding import folded
from dragoman.languages.scripts import to_ascii_digits

# A key is how a word begins, so that a declined name is the same name (Praha, Prahy).
_KEY_LETTERS = 5
_UNCASED = frozenset({"zh", "ar", "fa", "he", "ja", "ko", "th", "lo", "my", "km", "hi", "bn", "ur"})
# Nouns are written large: names cannot be told from them.
_NOUNS_LARGE = frozenset({"de"})
_WORD = regex.compile(r"[\p{L}\p{M}\p{Nd}]+(?:[-'’][\p{L}\p{M}\p{Nd}]+)*")
_CODE = regex.compile(r"(?=.*\d)(?=.*\p{L})[\p{Latin}\d-]+")
_LATIN = regex.compile(r"[\p{Latin}][\p{Latin}\d-]+")
_SENTENCE = regex.compile(r"[.!?:;…\n]\s*$|^\s*[\"'«„“(¿¡-]*$")
# Written large in any place without being names.
_LARGE_ANYWAY = frozenset(
    {"i", "i'm", "i've", "i'd", "i'll", "ok", "pdf", "faq", "id", "pin", "sms", "qr", "vat"}
)
# Shouting: with this share of words written large, none is a name for it.
_TOO_MANY = 0.6
_FEW_WORDS = 4


def names_of(text: str, language: str) -> frozenset[str]:
    """Return the keys of names: codes everywhere, Latin words in other scripts, capitalised words inside a sentence."""
    words = list(_WORD.finditer(to_ascii_digits(text)))
    codes = {found[0] for found in words if _CODE.fullmatch(found[0])}
    if language in _UNCASED:
        names = {found[0] for found in _LATIN.finditer(text)}
    elif language in _NOUNS_LARGE:
        names = {found[0] for found in words if _odd_case(found[0])}
    else:
        names = _capitalised(text, words)
    keys = {_key(name, language) for name in names | codes if folded(name, "en") not in _LARGE_ANYWAY}
    return frozenset(keys)


def word_keys(text: str, language: str) -> frozenset[str]:
    """Return the keys of all words."""
    return frozenset(_key(found[0], language) for found in _WORD.finditer(to_ascii_digits(text)))


def _key(word: str, language: str) -> str:
    key = folded(word, language)
    return key if any(character.isdigit() for character in key) else key[:_KEY_LETTERS]


def _odd_case(word: str) -> bool:
    """Tell whether a word has large letters inside or throughout: `PayPal`, `DHL`."""
    return any(character.isupper() for character in word[1:]) and len(word) > 1


def _capitalised(text: str, words: "list[regex.Match[str]]") -> set[str]:
    large = [found for found in words if found[0][0].isupper()]
    if len(words) > _FEW_WORDS and len(large) > _TOO_MANY * len(words):
        return set()
    return {found[0] for found in large if _odd_case(found[0]) or not _SENTENCE.search(text[: found.start()])}
