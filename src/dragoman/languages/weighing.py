"""How likely each language of one writing system is, by all that its words say.

A multinomial logistic regression: for each language a handful of observations, the same weights for all. The weights
are fitted by `python -m dragoman.evaluation.fit_detection` on one half of the development data; what was tried and
what it gave stands in `docs/decisions/0002-language-detection.md`.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType

from dragoman.languages.cld2_words import shares
from dragoman.languages.eldc_words import EldcWords
from dragoman.languages.telling import TellingWords, foreign_letters, words_of

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Latn": ("en", "de", "fr", "es", "pt", "it", "nl", "cs", "pl", "tr", "vi", "id", "ms", "ceb", "tl"),
        "Arab": ("ar", "fa", "ur"),
        "Hani": ("zh", "ja"),
    }
)
"""The languages among which words decide, by script."""

# Pairs that eldc takes for one (`ms` for both) or mostly confuses (`tl`), and that pycld2 tells apart at times.
_ELDC_NAME = MappingProxyType({"id": "ms", "ceb": "tl"})
_TWIN = MappingProxyType({"id": "ms", "ms": "id", "tl": "ceb", "ceb": "tl"})

# From this many letters on, a text is as telling as it gets.
_LONG = 30
_MOST_FOREIGN = 3

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "eldc": 2.83,
        "eldc, long": 3.48,
        "eldc, high": 3.38,
        "eldc, nothing": -0.25,
        "cld2": 1.78,
        "cld2, long": 0.50,
        "cld2, twin": 1.27,
        "telling words": 2.15,
        "telling words, share": 1.89,
        "telling words, not the twin's": 0.53,
        "foreign letters": -1.43,
        "own letters": 1.19,
        "is English": -1.63,
        "is Chinese": 0.84,
    }
)
"""Log-odds for one unit of each observation of `observations`."""


class Weigher:
    """Weighs the languages of a script against each other. About 40 µs a message; safe to call from threads."""

    def __init__(self) -> None:
        self._eldc = EldcWords()
        self._telling = TellingWords()

    def has_evidence(self, text: str) -> bool:
        """Tell whether `text` holds a word that is not the same in every language."""
        return not self._telling.tell_nothing(words_of(text))

    def observations(self, text: str, script: str) -> dict[str, dict[str, float]]:
        """Return what speaks for each language of the script's group: language → name of observation → amount."""
        words = words_of(text)
        length = min(1.0, sum(map(len, words)) / _LONG)
        eldc, cld2, counts = self._eldc.scores(text), shares(text), self._telling.counts(words)
        return {
            code: _observed(
                code,
                eldc=eldc.get(_ELDC_NAME.get(code, code), 0.0),
                cld2=cld2,
                count=counts.get(code, 0.0),
                twin_count=counts.get(_TWIN.get(code, code), 0.0),
                words=len(words),
                length=length,
                foreign=foreign_letters(text, code),
            )
            for code in GROUPS[script]
        }

    def log_odds(self, text: str, script: str) -> dict[str, float]:
        """Return the log-odds of each language of the script's group, up to a constant common to all."""
        return {
            code: sum(WEIGHTS.get(name, 0.0) * amount for name, amount in observed.items())
            for code, observed in self.observations(text, script).items()
        }


def _observed(
    code: str,
    *,
    eldc: float,
    cld2: Mapping[str, float],
    count: float,
    twin_count: float,
    words: int,
    length: float,
    foreign: int | None,
) -> dict[str, float]:
    own, twin = cld2.get(code, 0.0), cld2.get(_TWIN.get(code, ""), 0.0)
    return {
        "eldc": eldc,
        "eldc, long": eldc * length,
        "eldc, high": eldc**4,
        "eldc, nothing": float(eldc == 0),
        "cld2": own,
        "cld2, long": own * length,
        "cld2, twin": twin,
        "telling words": math.sqrt(count),
        "telling words, share": count / max(1, words),
        "telling words, not the twin's": math.sqrt(max(0.0, count - twin_count)),
        "foreign letters": min(_MOST_FOREIGN, foreign or 0),
        "own letters": float(foreign == 0),
        "is English": float(code == "en"),
        "is Chinese": float(code == "zh"),
    }
