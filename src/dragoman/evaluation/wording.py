"""Which language a reply is in: its own words, and the whole with what it quotes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dragoman.languages.detect import Detector
from dragoman.languages.registry import LANGUAGES
from dragoman.languages.scripts import count_scripts
from dragoman.languages.sentences import split_sentences

# Indonesian and Malay, Filipino and Cebuano: short texts are often good in both, and no detector can tell
# (docs/decisions/0002-language-detection.md). Between them the language that was asked in decides.
_CLOSE = (frozenset({"id", "ms"}), frozenset({"tl", "ceb"}))

# What stands in a quotation of the owner's pages: between quotation marks, or on a line marked as a quotation.
_QUOTED = re.compile(
    r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|»[^«]*«|「[^」]*」|『[^』]*』|”[^”]*”|\"[^\"\n]*\"|^\s*>.*$", re.MULTILINE
)
# Addresses, links and codes are of no language.
_NAMELESS = re.compile(r"https?://\S+|\S+@\S+|www\.\S+|\b\S*\d\S*\b")

# A frame and what it quotes may stand in one sentence; each is judged by itself.
_JOINT = re.compile(r"(?<=[:：])\s+|[“”„«»「」『』\"]|\n")
# Names keep their Latin letters in every script ("Visa", "PayPal"), words of another language do not begin so.
_LATIN_NAME = re.compile(r"\b[A-Z][\w'’-]*")
_SCRIPT_PARTS = {
    "Jpan": {"Hani", "Hira", "Kana"},
    "Hans": {"Hani"},
    "Hant": {"Hani"},
    "Kore": {"Hang", "Hani"},
}
# Of the letters of a sentence without its names, so many are of the language's own script.
_OWN_SCRIPT = 0.8

# Letters below which a sentence says next to nothing about its language.
_FEWEST_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Wording:
    """The language of a reply.

    Attributes:
        frame: of its own words, without what it quotes of the knowledge; of the whole where it quotes only.
        whole: whether every sentence, quoted ones included, is in the language that was asked in.
    """

    frame: str
    whole: bool


@lru_cache(maxsize=1)
def _detector() -> Detector:
    return Detector(fallback="en")


def wording(reply: str, language: str, *, quoted: Iterable[str] = ()) -> Wording:
    """Return in which language `reply` is.

    Args:
        language: the language that was asked in.
        quoted: sentences of the knowledge, as `sentences_of` gives them; where the reply repeats one word for word,
            it quotes.
    """
    own = without_quotations(reply, quoted)
    judged = own if _letters(own) >= _FEWEST_LETTERS else reply
    frame = _language(judged, language)
    pieces = (piece for part in _parts(reply) for piece in _JOINT.split(part))
    return Wording(frame, frame == language and all(_may_be(piece, language) for piece in pieces))


def sentences_of(text: str) -> frozenset[str]:
    """Return the sentences of a text of the knowledge in the form in which they are looked for in replies."""
    return frozenset(_bare(part) for part in _parts(text) if _letters(part) >= _FEWEST_LETTERS)


def without_quotations(reply: str, quoted: Iterable[str] = ()) -> str:
    """Return the reply's own words: no quotations, and no sentences that stand in the knowledge."""
    known = quoted if isinstance(quoted, frozenset) else frozenset(quoted)
    pieces = [piece for part in _parts(_QUOTED.sub("\n", reply)) for piece in _JOINT.split(part)]
    return " ".join(piece.strip() for piece in pieces if _bare(piece) not in known).strip()


def _parts(text: str) -> list[str]:
    return [part.strip() for part in split_sentences(text) if part.strip()]


def _bare(sentence: str) -> str:
    return re.sub(r"[\W_]+", " ", sentence).strip().casefold()


def _letters(text: str) -> int:
    return sum(count_scripts(_NAMELESS.sub(" ", text)).values())


def _language(text: str, language: str) -> str:
    words = _NAMELESS.sub(" ", text)
    if not count_scripts(words):
        return language  # a figure alone is in every language
    decided = _detector().decide(words).language
    close = any({decided, language} <= pair for pair in _CLOSE)
    return _detector().decide(words, prior=language).language if close else decided


def _may_be(part: str, language: str) -> bool:
    """Tell whether nothing speaks against the language; a name or a code alone speaks for none."""
    words = _NAMELESS.sub(" ", part)
    if _own_script(words, language) < _OWN_SCRIPT:
        return False
    if _letters(words) < _FEWEST_LETTERS:
        return True
    return _detector().decide(words, prior=language).language == language


def _own_script(text: str, language: str) -> float:
    scripts = _scripts(language)
    counts = count_scripts(text if "Latn" in scripts else _LATIN_NAME.sub(" ", text))
    every = sum(counts.values())
    return sum(counts[script] for script in scripts) / every if every else 1.0


def _scripts(language: str) -> set[str]:
    return {part for script in LANGUAGES[language].scripts for part in _SCRIPT_PARTS.get(script, {script})}
