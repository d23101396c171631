"""What texts of a language mean on average: what has to be taken away before languages are compared.

The vectors of multilingual embedders say, besides what a text means, that it is a question, and in which language it
is: a Chinese question lies closer to any Chinese passage than to the English one that answers it. Averages over
customers' questions of other trades show how much of a cosine is only that (docs/decisions/0009-search.md;
`evaluation/fit_search.py` makes them).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

# How much of the average question is taken away from one that is compared with another language's passages. From one
# in their own language, nothing: there it only costs.
_TAKEN_AWAY = 0.7


@dataclass(frozen=True, slots=True)
class Background:
    """The average vectors of texts by language, (dimensions,), as questions and as passages; empty where not known."""

    questions: Mapping[str, Vector] = field(default_factory=dict[str, Vector])
    passages: Mapping[str, Vector] = field(default_factory=dict[str, Vector])

    def abroad(self, vector: Vector, language: str) -> Vector:
        """Return the vector with which a question in `language` is compared with passages in other languages."""
        average = self.questions.get(language)
        return vector if average is None else (vector - _TAKEN_AWAY * average).astype(np.float32)

    def expected(self, compared: Vector, language: str) -> float:
        """Return what any passage in `language` scores beside a question's vector `compared`."""
        average = self.passages.get(language)
        if average is None:
            average = self._anywhere()
        return 0.0 if average is None else float(compared @ average)

    def _anywhere(self) -> Vector | None:
        """What stands in for a language that is none of the 29."""
        return self.passages.get("en")


@lru_cache(maxsize=4)
def background_of(embedder: str) -> Background:
    """Return what is known of an embedder; nothing of one that Dragoman does not bring along."""
    file = resources.files("dragoman.knowledge") / "backgrounds" / f"{embedder.replace('/', '_')}.npz"
    if not file.is_file():
        return Background()
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
        languages: list[str] = kept["languages"].tolist()
        questions, passages = (kept[name].astype(np.float32) for name in ("questions", "passages"))
    return Background(
        questions=dict(zip(languages, questions, strict=True)),
        passages=dict(zip(languages, passages, strict=True)),
    )
