"""Statistics of words by `eldc` (N-grams, 60 languages). It knows no id, my, ceb and km, and has id's words under ms."""

# eldc's wheel carries no types: its members are unknown here, and nowhere else.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from collections.abc import Mapping
from typing import Protocol, cast

import eldc

from dragoman.languages.registry import LANGUAGES

_MOST_SCORES = 20  # eldc.MAX_SCORES


class _Scored(Protocol):
    scores: Mapping[str, float]


class _Instance(Protocol):
    def set_languages(self, codes: list[str]) -> list[str]: ...
    def set_scores(self, most: int) -> None: ...
    def detect_details(self, text: str) -> _Scored: ...


class EldcWords:
    """Scores a text by the N-grams of its words. About 5 µs a message; safe to call from several threads."""

    def __init__(self) -> None:
        eldc.init()
        self._detector = cast("_Instance", eldc.instance())
        self._detector.set_languages([code for code in LANGUAGES if code in eldc.LANGUAGES])
        self._detector.set_scores(_MOST_SCORES)

    def scores(self, text: str) -> dict[str, float]:
        """Return a score between 0 and 1 by language code; a language without a score has none of the N-grams."""
        return dict(self._detector.detect_details(text).scores)
