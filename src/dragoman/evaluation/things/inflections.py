"""Makes of a word the patterns that find its forms in a text; see `languages/concepts/patterns.py`.

Only what is regular and common: a plural, the cases of nouns, what is written onto a word. What is missed is not
harmful (a thing that is not noticed), what is found wrongly is: short words get no free ending.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import regex

from dragoman.languages.folding import folded

# The fewest letters of a word, and those from which on any ending may follow.
_LEAST, _OPEN = 3, 6
# The fewest letters of a Slavic stem that any ending may follow, and of a word that loses its accents.
_OPEN_STEM, _LEAST_FOLDED = 5, 5
# The fewest letters of what can be no Vietnamese syllable ("scooter").
_LEAST_BORROWED = 6
# The fewest characters where words stand without spaces between them: shorter ones stand in longer words.
_LEAST_UNSPACED = MappingProxyType({"zh": 2, "ja": 2, "ko": 2, "th": 5, "lo": 6, "my": 7, "km": 6})
_VOWELS = "aeiouyёаеиоуыэюяйь"
_SLAVIC = MappingProxyType(
    {
        "ru": ("", "а", "у", "ом", "е", "ы", "и", "ов", "ами", "ах", "ой", "ь", "я", "ю", "ей"),
        "pl": ("", "a", "u", "em", "ie", "y", "i", "ow", "ami", "ach", "e", "o", "owi", "iem"),
        "cs": ("", "a", "u", "em", "e", "y", "i", "ech", "ami", "o", "ovi", "ou", "ata", "at"),
    }
)
# Written onto words that stay as they are.
_ENDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("", "s"),
        "es": ("", "s"),
        "pt": ("", "s"),
        "fr": ("", "s", "x"),
        "nl": ("", "s", "en", "n", "je", "jes"),
        "de": ("", "e", "n", "en", "er", "s", "es", "ern"),
        "id": ("", "nya"),
        "ms": ("", "nya"),
        "tl": ("",),
        "ceb": ("",),
        "vi": ("",),
        "fa": ("", "ها", "هاي", "ي"),
        "ur": ("", "وں", "يں", "ے"),
        "ar": ("", "ات", "ين"),
        "he": ("", "ים", "ות"),
        "hi": ("", "ों", "ें"),
        "bn": ("", "র", "ের", "টা", "টি", "গুলো", "তে", "ে"),
        "tr": ("", "i", "u", "yi", "yu", "in", "un", "ler", "lar", "li", "lu"),
    }
)
_KHMER_FRUIT = "ផ្លែ"  # "Fruit", which is left out before most of their names.
_ITALIAN_PLURALS = MappingProxyType({"o": "i", "a": "e", "e": "i"})
# Where a short word without its accents is another ("dés", "maïs").
_ACCENTED = frozenset({"fr", "es", "pt", "it", "cs", "pl", "tr", "de", "nl"})
_LONG_VOWEL = regex.compile(r"(.*[^aeou])([aeou])\2([^aeiou])")
# Compounds are written together.
_COMPOUNDING = frozenset({"de", "nl"})
# Where an ending of more than a letter or two is the rule.
_OPEN_ENDED = frozenset({"tr", "de", "nl", "hi", "bn", "id", "ms"})


def patterns_for(word: str, language: str) -> Sequence[str]:
    """Return the patterns for a word, of one word or several; none if it is too short to be told from others."""
    bare = folded(regex.sub(r"[(/].*", "", word), language).strip(" -'’")
    if not regex.fullmatch(r"[\p{L}\p{M}' \-]+", bare):
        return ()
    if language in _LEAST_UNSPACED:
        return _unspaced(bare, language)
    if len(bare) < (_LEAST if bare == word else _LEAST_FOLDED) and language in _ACCENTED:
        return ()
    several = regex.search(r"[ \-]", bare) is not None
    borrowed = bare.isascii() and len(bare) >= _LEAST_BORROWED
    if len(bare) < _LEAST or (language == "vi" and not several and not borrowed):
        return ()  # A Vietnamese syllable is a part of many words.
    if several:
        return (regex.sub(r"[ \-]+", "_", bare),)
    return _forms(bare, language)


def _unspaced(word: str, language: str) -> Sequence[str]:
    joined = word.replace(" ", "_" if language == "ko" else "")
    least = _LEAST_UNSPACED[language]
    if len(joined.removeprefix(_KHMER_FRUIT)) >= least:
        joined = joined.removeprefix(_KHMER_FRUIT)
    if len(joined) < least or (len(joined) == least and regex.match(r"[\p{Hiragana}\p{Katakana}]", joined)):
        return ()
    return ("|" + joined,) if language == "ko" else (joined,)


def _forms(word: str, language: str) -> Sequence[str]:
    if language in _SLAVIC:
        return _slavic(word, _SLAVIC[language])
    if language == "it":
        return _italian(word)
    if language == "nl" and (long := _LONG_VOWEL.fullmatch(word)):  # tomaat, tomaten
        return [*_regular(word, language), f"{long[1]}{long[2]}{long[3]}en"]
    return _regular(word, language)


def _regular(word: str, language: str) -> Sequence[str]:
    if language in _OPEN_ENDED and len(word) >= _OPEN:
        softened = [word[:-1] + "g*"] if language == "tr" and word.endswith("k") else []
        compound = ["*" + word] if language in _COMPOUNDING else []
        return [word + "*", *softened, *compound]
    return list(dict.fromkeys([*(word + ending for ending in _ENDINGS[language]), *_changed(word, language)]))


def _changed(word: str, language: str) -> list[str]:
    """Return the forms that change the end of the word."""
    changes: Mapping[str, Sequence[tuple[str, str]]] = {
        "en": (("y", "ies"), *((end, end + "es") for end in ("s", "x", "ch", "sh", "o"))),
        "pt": (("ao", "oes"), ("l", "is"), ("m", "ns"), ("r", "res"), ("z", "zes")),
        "es": (("z", "ces"), *((end, end + "es") for end in "lnrdj")),
        "tr": (("k", "gi"), ("k", "gu"), ("k", "gin"), ("k", "gun")),
        "ar": (("ه", "ات"), ("ه", "تين")),
        "he": (("ה", "ות"),),
        "ur": (("ا", "ے"), ("ا", "وں"), ("ي", "ياں")),
        "hi": (("ा", "े"), ("ा", "ों"), ("ी", "ियों"), ("ी", "ियां")),
    }
    return [
        word.removesuffix(old) + new
        for old, new in changes.get(language, ())
        if word.endswith(old) and len(word) > _LEAST
    ]


def _slavic(word: str, endings: Sequence[str]) -> Sequence[str]:
    stem = word[:-1] if len(word) > _LEAST and word[-1] in _VOWELS else word
    if len(stem) >= _OPEN_STEM:
        return (stem + "*",)
    return [stem + ending for ending in endings] if len(stem) >= _LEAST else [word]


def _italian(word: str) -> Sequence[str]:
    if word[-1] not in _ITALIAN_PLURALS or len(word) <= _LEAST:
        return (word,)
    hardened = "h" if word[-1] != "e" and word[-2] in "cg" else ""
    return (word, word[:-1] + hardened + _ITALIAN_PLURALS[word[-1]])
