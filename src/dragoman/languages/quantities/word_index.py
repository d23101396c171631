"""Words that are looked for at a place in a folded text, the longest first."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from dragoman.languages.quantities.folding import fold, is_spaced_letter

T = TypeVar("T")

_FREE_ENDING = "*"
# The longest ending that is taken along with a word that may have any ("tägiges", "günlük").
_LONGEST_ENDING = 12


class WordIndex(Generic[T]):
    """Words with what they say, found by their first or their last letter.

    Args:
        words: word → what it says. A star at its end stands for any letters; a full stop there may be missing.
    """

    def __init__(self, words: Mapping[str, T]) -> None:
        self._first: dict[str, list[tuple[str, bool, T]]] = {}
        self._last: dict[str, list[tuple[str, T]]] = {}
        for word, says in sorted(words.items(), key=lambda one: -len(one[0])):
            folded = fold(word).replace("\u00a0", " ").strip()
            key = folded.removesuffix(_FREE_ENDING)
            key = key.removesuffix(".") if is_spaced_letter(key[-2:-1] or " ") else key
            if key:
                self._first.setdefault(key[0], []).append((key, folded.endswith(_FREE_ENDING), says))
                self._last.setdefault(key[-1], []).append((key, says))

    def after(self, text: str, place: int) -> tuple[int, T] | None:
        """Return where a word that begins at `place` ends, and what it says; None where none begins."""
        if place >= len(text):
            return None
        for word, free, says in self._first.get(text[place], ()):
            if text.startswith(word, place):
                end = place + len(word)
                end = _ending(text, end) if free else end
                if not (is_spaced_letter(text[end - 1]) and _letter_at(text, end)):
                    return end, says
        return None

    def before(self, text: str, place: int) -> tuple[int, T] | None:
        """Return where a word that ends before `place` begins, and what it says; None where none ends."""
        if place <= 0:
            return None
        stop = place - 1 if text[place - 1] == "." and place > 1 else place
        for word, says in self._last.get(text[stop - 1], ()):
            start = stop - len(word)
            if (
                start >= 0
                and text.startswith(word, start)
                and not (is_spaced_letter(word[0]) and _letter_at(text, start - 1))
            ):
                return start, says
        return None


def _letter_at(text: str, place: int) -> bool:
    return 0 <= place < len(text) and is_spaced_letter(text[place])


def _ending(text: str, place: int) -> int:
    end = place
    while end - place < _LONGEST_ENDING and _letter_at(text, end):
        end += 1
    return end
