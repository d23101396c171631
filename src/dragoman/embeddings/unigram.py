"""Cuts texts into the pieces that a unigram model reads: the likeliest way to write a text with them (Kudo 2018)."""

from collections.abc import Sequence
from functools import lru_cache

from dragoman.embeddings.e5_weights import Vocabulary

# What stands for a space, at the beginning of a word (SentencePiece).
_SPACE = "\u2581"
# What an unknown character costs more than the rarest piece (SentencePiece's `kUnkPenalty`).
_UNKNOWN_COSTS = 10.0


class Unigram:
    """Texts to pieces. Words are cut one by one: no piece reaches over a space."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._read_as = vocabulary.read_as
        self._pieces = vocabulary.pieces
        self._scores = vocabulary.scores
        self._longest = max(map(len, self._pieces))
        self._unknown = (min(self._scores) - _UNKNOWN_COSTS, vocabulary.unknown)
        self._word = lru_cache(maxsize=20_000)(self._cut)

    def pieces(self, text: str) -> list[int]:
        """Return the pieces of `text`, without those that mark its ends."""
        words = text.translate(self._read_as).split(" ")
        # A run of spaces counts as one; one at the very beginning is what every text begins with anyway.
        inner = [word for word in words[1:-1] if word]
        kept = [words[0], *inner, *words[-1:]] if len(words) > 1 else words
        if len(kept) > 1 and not kept[0]:
            kept = kept[1:]
        return [piece for word in kept for piece in self._word(_SPACE + word)]

    def _cut(self, word: str) -> Sequence[int]:
        """Find the likeliest pieces (Viterbi): the best way to each place is the best way to an earlier one and a piece."""
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)]
        for end in range(1, len(word) + 1):
            score, piece = self._unknown
            way = (best[end - 1][0] + score, end - 1, piece)
            for start in range(max(0, end - self._longest), end):
                known = self._pieces.get(word[start:end])
                if known is not None and (score := best[start][0] + self._scores[known]) > way[0]:
                    way = (score, start, known)
            best.append(way)
        return self._walk_back(best)

    @staticmethod
    def _walk_back(best: Sequence[tuple[float, int, int]]) -> Sequence[int]:
        pieces: list[int] = []
        at = len(best) - 1
        while at:
            _, at, piece = best[at]
            pieces.append(piece)
        return tuple(reversed(pieces))
