"""Finds the words of a language for a thing among what CLDR writes to the emoji that show it.

An emoji of a honey pot has "honey" beside "sweet", "jar" and "bear", in each language in its own order. Which of the
Italian words is the honey is told by the company they keep: "honey" and "miele" stand with the same emoji, "dolce"
with many, "barattolo" with all jars.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# How CLDR calls what is called otherwise here.
_LOCALES = {"tl": "fil"}
# How like the company of two words must be (Dice's coefficient) for one to be the other in another language.
_ALIKE = 0.34
# Names of more words than this are descriptions: "stack of pancakes on a plate".
_MOST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing.

    Attributes:
        emoji: those that show it.
        words: English words for it, as CLDR has them.
    """

    emoji: frozenset[str]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Annotations:
    """What CLDR writes to emoji in a language.

    Attributes:
        names: emoji → its name.
        emoji: keyword or name → the emoji it stands with.
    """

    names: Mapping[str, str]
    emoji: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, folder: Path, language: str) -> "Annotations":
        """Read `annotations/<locale>/annotations.json`; of a language that CLDR has none for, nothing."""
        file = folder / _LOCALES.get(language, language) / "annotations.json"
        if not file.is_file():
            return cls({}, {})
        entries = json.loads(file.read_text(encoding="utf-8"))["annotations"]["annotations"]
        names = {emoji: entry["tts"][0].casefold() for emoji, entry in entries.items() if entry.get("tts")}
        standing: defaultdict[str, set[str]] = defaultdict(set)
        for emoji, entry in entries.items():
            for word in (*entry.get("default", ()), *entry.get("tts", ())):
                standing[word.casefold()].add(emoji)
        return cls(names, {word: frozenset(emoji) for word, emoji in standing.items()})

    def of(self, emoji: frozenset[str]) -> list[str]:
        """Return what is written to any of `emoji`, in the order of the alphabet."""
        return sorted(word for word, standing in self.emoji.items() if standing & emoji)


def words_for(thing: Thing, there: Annotations, english: Annotations) -> Sequence[str]:
    """Return the words of a language for a thing: names of its emoji, parts of such names, and English ones borrowed."""
    words: list[str] = []
    for emoji in sorted(thing.emoji & there.names.keys()):
        named = english.names.get(emoji, "")
        if any(word != named and f" {word} " in f" {named} " for word in thing.words):
            words += _parts(thing, there.names[emoji], there, english)
        elif named in thing.words:
            words.append(there.names[emoji])
    borrowed = [word for word in there.of(thing.emoji) if word in thing.words]
    return [word for word in dict.fromkeys([*words, *borrowed]) if len(word.split()) <= _MOST_WORDS]


def _parts(thing: Thing, name: str, there: Annotations, english: Annotations) -> list[str]:
    """Return a name like "honey pot", which is more than the thing, and what of it is a word for the thing."""
    parts = [word for word in there.of(thing.emoji) if word in name and word != name]
    return [name, *(word for word in parts if _means(thing, there.emoji[word], english))]


def _means(thing: Thing, standing: frozenset[str], english: Annotations) -> bool:
    """Tell whether the English word nearest to one that stands with such emoji is a word for the thing."""
    likeness = {word: _dice(standing, english.emoji[word]) for word in english.of(thing.emoji)}
    best = max((likeness[word] for word in thing.words if word in likeness), default=0.0)
    return best >= _ALIKE and best >= max(likeness.values())


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))
