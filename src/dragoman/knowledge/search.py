"""Finds the passages that bear on a question: by what it means, and by the words it has."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from dragoman.knowledge.background import Background, background_of
from dragoman.knowledge.concept_words import HEADED, SAID, asked_concepts, asked_places, tells
from dragoman.knowledge.words import exact, tokens
from dragoman.nouns.knowledge import Found
from dragoman.storage.search import Candidate, Counts, Meaning, PassageIndex

# What goes into the ranking of each language, by meaning and by words.
_CANDIDATES = 10
# Passages that are fetched for having words of the question.
_WITH_WORDS = 1000
# What words add to a cosine (docs/decisions/0009-search.md). Cosines of one search differ by some hundredths.
_WORDS_WEIGH = 0.03
# What is spoken of adds, whatever the languages, and once more where the heading names it.
_CONCEPTS_WEIGH = 0.036
_HEADINGS_WEIGH = 0.024
# Added to the weight of what a question speaks of, so that a single common thing counts for little.
_FEW_CONCEPTS = 2.0
# A code or an address that the customer wrote is what the question is about.
_EXACT_WEIGHS = 0.1
# Decides where the same is said in several languages, and hardly elsewhere.
_OWN_LANGUAGE_WEIGHS = 0.01
# For who reads neither, the language that most of the knowledge is in: three Chinese pages of a hundred answer a Pole
# only where they clearly do.
_USUAL_LANGUAGE_WEIGHS = 0.01
# Words beyond this many in a question are those of a pasted letter.
_MOST_WORDS = 64


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question: its language, words and concepts with their weights, and words that are right exactly or wrong.

    Attributes:
        indexed: those words and concepts that stand in any passage, as the index has them.
        unheard: how many things it is about that no passage speaks of.
        usual: which share of the passages is in each language.
    """

    language: str
    words: Mapping[str, float]
    concepts: Mapping[str, float]
    indexed: Sequence[str]
    unheard: int
    exact: frozenset[str]
    usual: Mapping[str, float]


class Search:
    """Finds passages."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._background = background_of(index.embedder)

    async def find(
        self, text: str, vector: NDArray[np.float32], *, language: str, limit: int = 5
    ) -> Sequence[Found]:
        """Return the passages that bear most on a question, best first.

        Every language has its candidates, and they compete by meaning with what is only their language taken away,
        so that no document hides one in another language; where the same is said in several, the customer's
        language comes first.

        Args:
            text: the question.
            vector: its meaning, (dimensions,), length 1, from `Embedder.queries`.
            language: the code of the customer's language.
            limit: the most that are returned.

        Raises:
            StorageUnavailableError: the database cannot be reached.
        """
        words = list(dict.fromkeys(tokens(text)))[:_MOST_WORDS]
        concepts, places = sorted(asked_concepts(text, language)), asked_places(text, language)
        spoken = dict.fromkeys((*concepts, *(one for names in places for one in names)))
        counts = await self._index.counts([*words, *(SAID + one for one in spoken)])
        concepts += _heard_of(places, counts)
        asked = _asked(text, language, words, concepts, counts)
        meaning = Meaning(language, own=vector, other=self._background.abroad(vector, language))
        ids = await self._candidates(asked, counts, meaning)
        candidates = await self._index.candidates(ids, meaning, asked.indexed)
        return _ranked(candidates, asked, meaning, self._background)[:limit]

    async def _candidates(self, asked: _Asked, counts: Counts, meaning: Meaning) -> Sequence[int]:
        """Return the ids of those that are looked at closely."""
        weights = {**asked.words, **{SAID + concept: weight for concept, weight in asked.concepts.items()}}
        there = {word: passages for word, passages in counts.words.items() if word in weights}
        telling = {word: weights[word] for word in _rarest(there)}
        near, having = await asyncio.gather(
            self._index.by_meaning(meaning, counts.languages, most=_CANDIDATES),
            self._index.by_words(telling, most=_CANDIDATES),
        )
        return sorted({*near, *having})


def _heard_of(places: Sequence[Sequence[str]], counts: Counts) -> list[str]:
    """Return of each place the first name that any passage has. One that none has says nothing against any."""
    heard = (next((name for name in names if SAID + name in counts.words), None) for names in places)
    return list(dict.fromkeys(name for name in heard if name is not None))


def _asked(text: str, language: str, words: Sequence[str], concepts: Sequence[str], counts: Counts) -> _Asked:
    weights = rarity([SAID + concept for concept in concepts], counts)
    # What a heading names, its passage speaks of.
    said = [concept for concept in concepts if SAID + concept in counts.words]
    return _Asked(
        language=language,
        words=rarity(words, counts),
        concepts={concept: weights[SAID + concept] for concept in concepts},
        indexed=[
            *(word for word in words if word in counts.words),
            *(sign + concept for concept in said for sign in (SAID, HEADED)),
        ],
        unheard=sum(SAID + concept not in counts.words for concept in concepts if tells(concept)),
        exact=exact(text),
        usual={code: passages / counts.passages for code, passages in counts.languages.items()},
    )


def _ranked(
    candidates: Sequence[Candidate], asked: _Asked, meaning: Meaning, background: Background
) -> list[Found]:
    """Return candidates best first."""
    closeness = _closeness(candidates, asked.language, meaning, background)
    worst = min(closeness.values(), default=0.0)
    words = _Weighed(asked.words)
    said, headed = (_Weighed(asked.concepts, sign, besides=_FEW_CONCEPTS) for sign in (SAID, HEADED))
    shares = {one.passage.id: words.share(one.words) for one in candidates}
    # Words tell apart what is in one language. Between languages they only say which language was asked in.
    best = defaultdict[str, float](float)
    for one in candidates:
        best[one.passage.language] = max(best[one.passage.language], shares[one.passage.id])

    def found(one: Candidate) -> Found:
        language, share, spoken = one.passage.language, shares[one.passage.id], said.share(one.words)
        score = closeness.get(one.passage.id, worst)
        score += _WORDS_WEIGH * (share - best[language])
        score += _CONCEPTS_WEIGH * spoken + _HEADINGS_WEIGH * headed.share(one.words)
        score += _EXACT_WEIGHS * len(asked.exact & one.words) / max(1, len(asked.exact))
        own = language == asked.language
        score += _OWN_LANGUAGE_WEIGHS * own + _USUAL_LANGUAGE_WEIGHS * (
            1 if own else asked.usual.get(language, 0.0)
        )
        return Found(one.passage, score, one.meaning, share, concepts=spoken, unheard=asked.unheard)

    return sorted(map(found, candidates), key=lambda one: (-one.score, one.passage.id))


def _closeness(
    candidates: Sequence[Candidate], own: str, meaning: Meaning, background: Background
) -> dict[int, float]:
    """Return how close candidates are to the question, by id, whichever language each is in.

    The best of the question's own language stands where it would among the others; those after it follow at the
    distance of their own cosines, which order one language better.
    """
    comparable = [one for one in candidates if one.abroad is not None]
    languages = {one.passage.language for one in comparable}
    usual = {language: background.expected(meaning.other, language) for language in languages}
    close = {one.passage.id: (one.abroad or 0.0) - usual[one.passage.language] for one in comparable}
    ours = [one for one in comparable if one.passage.language == own]
    best = max((close[one.passage.id] for one in ours), default=0.0)
    nearest = max((one.meaning for one in ours), default=0.0)
    return {**close, **{one.passage.id: best + one.meaning - nearest for one in ours}}


def _rarest(words: Mapping[str, int]) -> Sequence[str]:
    """Return the rarest of words, as many as stand in `_WITH_WORDS` passages in all: the rest tells little."""
    ascending = sorted(words, key=lambda word: words[word])
    reached = accumulate(words[word] for word in ascending)
    return [word for word, passages in zip(ascending, reached, strict=True) if passages <= _WITH_WORDS]


def rarity(words: Sequence[str], counts: Counts) -> Mapping[str, float]:
    """Weigh words by how few passages have them: the inverse document frequency of BM25 (Robertson and Zaragoza 2009)."""
    total = counts.passages
    return {word: _rarity(counts.words.get(word, 0), total) for word in words}


def _rarity(having: int, total: int) -> float:
    return math.log(1 + (max(total - having, 0) + 0.5) / (having + 0.5))


class _Weighed:
    """Some of what a question has, with weights.

    Args:
        weights: by word or concept.
        sign: what stands before each of them in the index.
        besides: what counts as asked for beside them, so that of few, a share is little.
    """

    def __init__(self, weights: Mapping[str, float], sign: str = "", *, besides: float = 0.0) -> None:
        self._weights = [(sign + one, weight) for one, weight in weights.items()]
        self._whole = sum(weights.values()) + besides

    def share(self, had: frozenset[str]) -> float:
        """Return how much of it a passage has, from 0 to 1."""
        return (
            sum(weight for one, weight in self._weights if one in had) / self._whole if self._whole else 0.0
        )
