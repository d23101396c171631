"""Finds the passages that bear on a question: by what it means, and by the words it has."""

import asyncio
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dragoman.knowledge.words import exact, tokens
from dragoman.nouns.knowledge import Found
from dragoman.storage.search import Candidate, Counts, PassageIndex

# What goes into the ranking of each language, by meaning and by words.
_CANDIDATES = 10
# What words add to a cosine (docs/decisions/0009-search.md). Cosines of one search differ by some hundredths.
_WORDS_WEIGH = 0.03
# A code or an address that the customer wrote is what the question is about.
_EXACT_WEIGHS = 0.1
# Words beyond this many in a question are those of a pasted letter.
_MOST_WORDS = 64


class Search:
    """Finds passages."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index

    async def find(
        self, text: str, vector: NDArray[np.float32], *, language: str, limit: int = 5
    ) -> Sequence[Found]:
        """Return the passages that bear most on a question, best first.

        Every language has its candidates, so that no document hides one in another language; where the same
        is said in several, the customer's language comes first.

        Args:
            text: the question.
            vector: its meaning, (dimensions,), length 1, from `Embedder.queries`.
            language: the code of the customer's language.
            limit: the most that are returned.

        Raises:
            StorageUnavailableError: the database cannot be reached.
        """
        words = list(dict.fromkeys(tokens(text)))[:_MOST_WORDS]
        counts = await self._index.counts(words)
        weights = rarity(words, counts)
        near, having = await asyncio.gather(
            self._index.by_meaning(vector, languages=list(counts.languages), most=_CANDIDATES),
            self._index.by_words({word: weights[word] for word in counts.words}, most=_CANDIDATES),
        )
        candidates = await self._index.candidates(sorted({*near, *having}), vector, words)
        found = [_found(candidate, weights, exact(text)) for candidate in candidates]
        return sorted(found, key=lambda one: (-one.score, one.passage.language != language, one.passage.id))[
            :limit
        ]


def rarity(words: Sequence[str], counts: Counts) -> Mapping[str, float]:
    """Weigh words by how few passages have them: the inverse document frequency of BM25 (Robertson and Zaragoza 2009)."""
    total = counts.passages
    return {word: _rarity(counts.words.get(word, 0), total) for word in words}


def _rarity(having: int, total: int) -> float:
    return math.log(1 + (max(total - having, 0) + 0.5) / (having + 0.5))


def _found(candidate: Candidate, weights: Mapping[str, float], wanted: frozenset[str]) -> Found:
    words = _share(candidate.words, weights)
    exactly = len(wanted & candidate.words) / len(wanted) if wanted else 0.0
    score = candidate.meaning + _WORDS_WEIGH * words + _EXACT_WEIGHS * exactly
    return Found(passage=candidate.passage, score=score, meaning=candidate.meaning, words=words)


def _share(had: frozenset[str], weights: Mapping[str, float]) -> float:
    whole = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in had) / whole if whole else 0.0
