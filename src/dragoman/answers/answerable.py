"""Whether what was found answers what was asked.

How alike a question and a passage are cannot tell by itself: in one language 0.82 is a good find, in another everything
is that alike (docs/decisions/0013-when-to-decline.md). So the cosine is read beside what is usual in the customer's
language, words and concepts that question and passage share speak for the passage, and things that nobody speaks of
speak against any. `evaluation/fit_answerable.py` fits the
figures in `answerable.toml` on questions about another business than the demonstration shop.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Self

from dragoman.nouns.knowledge import Found


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to answer.

    Attributes:
        answerable: whether the best passage may be given as the answer.
        likelihood: that it is the answer, 0 to 1, as it came out on the calibration questions.
        reason: in snake_case, for logs and metrics.
    """

    answerable: bool
    likelihood: float
    reason: str


@dataclass(frozen=True, slots=True)
class Answerable:
    """Judges what a search found.

    Attributes:
        usual: language code → cosine of a usual answerable question in it and the best passage.
        meaning, words, concepts, unheard, bias: weights of a logistic regression over the cosine less the usual one,
            over the shares of the question's words and concepts that the passage has, and over the number of things
            it is about that no passage speaks of.
        least: the likelihood from which on the desk answers.
    """

    usual: Mapping[str, float]
    meaning: float
    words: float
    concepts: float
    unheard: float
    bias: float
    least: float

    @classmethod
    def load(cls) -> Self:
        """Read the figures that come with the package."""
        source = resources.files("dragoman.answers") / "answerable.toml"
        return cls(**tomllib.loads(source.read_text(encoding="utf-8")))

    def judge(self, language: str, found: Sequence[Found]) -> Verdict:
        """Tell whether the best of `found` (best first) answers a question in `language`."""
        if not found:
            return Verdict(answerable=False, likelihood=0.0, reason="nothing_found")
        best = found[0]
        score = self.meaning * (best.meaning - self.usual[language]) + self.words * best.words + self.bias
        score += self.concepts * best.concepts + self.unheard * best.unheard
        likelihood = 1 / (1 + math.exp(-score))
        enough = likelihood >= self.least
        return Verdict(enough, likelihood, "answerable" if enough else "no_passage_answers")
