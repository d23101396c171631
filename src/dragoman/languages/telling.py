"""Words and letters by which a language is told, written down by hand: `telling_words.toml` and the alphabets."""

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

import regex

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’\-\u200c]\p{L}[\p{L}\p{M}]*)*")
_INNER_BREAK = regex.compile(r"['’\-]")
# What typing without diacritics leaves; the letters that have no canonical decomposition.
_PLAIN_LETTERS = str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ı": "i", "ß": "ss"})
_MARKS = regex.compile(r"[\p{Mn}--[\u0900-\u0dff\u0e00-\u0eff]]", regex.V1)

# The list of words that are the same in every language.
_EVERY = "every"

# What a word says when it is only alike without diacritics, and when it is only a part of a compound.
_PLAIN_SAYS = 0.7
_PART_SAYS = 0.5

# Letters beyond a to z of the Latin alphabets; for the Arabic ones all letters (CLDR exemplar characters, main and
# auxiliary where writers use them).
_ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهويى"
_LETTERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        code: frozenset(letters)
        for code, letters in {
            "en": "éï", "de": "äöüß", "fr": "àâæçéèêëîïôœùûüÿ", "es": "áéíñóúü", "pt": "ãáâàçéêíóôõú",
            "it": "àèéìíîòóùú", "nl": "éëïóöüáèê", "cs": "áčďéěíňóřšťúůýž", "pl": "ąćęłńóśźż", "tr": "çğıöşüâîû",
            "vi": "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
            "id": "é", "ms": "é", "ceb": "ñáéíóúàâ", "tl": "ñáéíóúàâ",
            "ar": _ARABIC, "fa": "ءآأؤئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی", "ur": "ءآأؤئابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھیےۓۂة",
        }.items()
    }
)  # fmt: skip


def words_of(text: str) -> list[str]:
    """Return the words of `text` in lower case; an apostrophe or hyphen inside a word belongs to it."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def without_diacritics(text: str) -> str:
    """Return `text` as it is typed without accents; scripts whose marks are vowels stay as they are."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text.translate(_PLAIN_LETTERS)))
    return unicodedata.normalize("NFC", bare)


def foreign_letters(text: str, code: str) -> int | None:
    """Count the distinct letters of `text` that the language does not write; None where all are plain a to z.

    Chinese and Japanese are told by the national character sets: a character that neither GB 2312 nor Big5 has is
    not Chinese, one that JIS X 0208 lacks is not Japanese.
    """
    letters = {one for one in text.lower() if one.isalpha() and not one.isascii()}
    if not letters:
        return None
    known = _LETTERS.get(code)
    if known is not None:
        return len(letters - known)
    return sum(not _in_national_set(one, code) for one in letters)


_NATIONAL_SETS = MappingProxyType({"zh": ("gb2312", "big5"), "ja": ("shift_jis",)})


@lru_cache(maxsize=16384)
def _in_national_set(character: str, code: str) -> bool:
    for encoding in _NATIONAL_SETS.get(code, ()):
        try:
            character.encode(encoding)
        except UnicodeEncodeError:
            continue
        return True
    return False


class TellingWords:
    """The hand-written lists, indexed by word."""

    def __init__(self) -> None:
        source = resources.files("dragoman.languages") / "telling_words.toml"
        lists = tomllib.loads(source.read_text(encoding="utf-8"))
        self._exact: dict[str, set[str]] = {}
        self._plain: dict[str, set[str]] = {}
        self._every = frozenset(lists.pop(_EVERY).split())
        for code, words in lists.items():
            for word in words.split():
                self._exact.setdefault(word, set()).add(code)
                self._plain.setdefault(without_diacritics(word), set()).add(code)

    def counts(self, words: Iterable[str]) -> dict[str, float]:
        """Return by language how many of `words` tell of it; a word alike without diacritics counts less."""
        counts: dict[str, float] = {}
        for word in words:
            for code, says in self._says(word).items():
                counts[code] = counts.get(code, 0.0) + says
        return counts

    def tell_nothing(self, words: Iterable[str]) -> bool:
        """Tell whether all of `words` are written in every language alike: `ok`, `wifi`, names of makers."""
        return self._every.issuperset(words)

    def _says(self, word: str) -> dict[str, float]:
        says = dict.fromkeys(self._plain.get(word, ()), _PLAIN_SAYS)
        says.update(dict.fromkeys(self._exact.get(word, ()), 1.0))
        if not says:
            for part in _INNER_BREAK.split(word)[1:] and _INNER_BREAK.split(word):
                for code in self._exact.get(part, ()):
                    says[code] = says.get(code, 0.0) + _PART_SAYS
        return says
