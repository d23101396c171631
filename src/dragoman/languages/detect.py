"""Which language a message is in: script first, then words, weighed against what is known of the conversation."""

import math
from collections.abc import Mapping, Sequence

from dragoman.languages.main_script import evidence_of
from dragoman.languages.registry import LANGUAGES
from dragoman.languages.weighing import GROUPS, Weigher
from dragoman.nouns.language import Candidate, DecidedBy, LanguageDecision

# Scripts in which one of the 29 languages is written, with how often such a message is in that language after all
# (Cyrillic is also Ukrainian or Bulgarian, Devanagari Marathi or Nepali, which the desk answers in its nearest).
_ONE_LANGUAGE: Mapping[str, tuple[str, float]] = {
    "Jpan": ("ja", 0.999), "Hang": ("ko", 0.999), "Hebr": ("he", 0.995), "Thai": ("th", 0.999), "Laoo": ("lo", 0.999),
    "Khmr": ("km", 0.999), "Mymr": ("my", 0.995), "Deva": ("hi", 0.98), "Beng": ("bn", 0.99), "Cyrl": ("ru", 0.98),
}  # fmt: skip

# What is known beside the words, as log-odds: a conversation goes on in its language 99 times of 100 (ln 99 = 4.6),
# a browser's first language is the customer's about nine times of ten (ln 9 = 2.2) and its others count less.
# Measured against real switches in docs/decisions/0002-language-detection.md.
_PRIOR = 4.6
_HINTS = (2.2, 1.2, 0.8)
# A language of another script, in which a customer may have written a name or a foreign word only: as likely as a
# language of this script of which no word is known.
_OTHER_SCRIPT = 0.0

_MOST_CANDIDATES = 5
_LEAST_CONFIDENCE = 0.005
# How sure the words alone must be to say that it was they who decided, when the rest agrees.
_SURE = 0.5
# Below this the words say next to nothing ("x", "abc", a name that nobody knows): of the 31 such messages in the first
# half of the development data, two were in the likeliest language.
_SAYS_NOTHING = 0.2
# How likely the conversation's language, a browser's first language, the operator's fallback are to be right when
# the message itself says nothing.
_PRIOR_ALONE, _HINT_ALONE, _FALLBACK_ALONE = 0.95, 0.8, 0.3


class Detector:
    """Decides the language of messages. About 0.1 ms a message and at most 2, whatever it holds; safe to call from several threads.

    Args:
        fallback: the code of the language of a message that gives no clue, or next to none.

    Raises:
        KeyError: the fallback is none of the 29 languages.
    """

    def __init__(self, *, fallback: str) -> None:
        self._fallback = LANGUAGES[fallback].code
        self._weigher = Weigher()

    def decide(
        self, text: str, *, prior: str | None = None, chosen: str | None = None, hints: Sequence[str] = ()
    ) -> LanguageDecision:
        """Decide in which language to answer `text`; see `dragoman.languages.base.LanguageDetector`.

        Codes that are none of the 29 are passed over.
        """
        if chosen is not None and chosen in LANGUAGES:
            return LanguageDecision(chosen, 1.0, DecidedBy.CHOICE, (Candidate(chosen, 1.0),))
        prior = prior if prior in LANGUAGES else None
        hints = tuple(dict.fromkeys(code for code in hints if code in LANGUAGES))
        evidence = evidence_of(text)
        if evidence.script is None or not self._weigher.has_evidence(evidence.text):
            return self._by_what_is_known(prior, hints)
        if evidence.script not in GROUPS:
            code, confidence = _ONE_LANGUAGE[evidence.script]
            return LanguageDecision(code, confidence, DecidedBy.SCRIPT, (Candidate(code, confidence),))
        return self._by_words(evidence.text, evidence.script, prior, hints)

    def _by_what_is_known(self, prior: str | None, hints: Sequence[str]) -> LanguageDecision:
        if prior is not None:
            code, confidence, by = prior, _PRIOR_ALONE, DecidedBy.CONVERSATION
        elif hints:
            code, confidence, by = hints[0], _HINT_ALONE, DecidedBy.HINT
        else:
            code, confidence, by = self._fallback, _FALLBACK_ALONE, DecidedBy.FALLBACK
        return LanguageDecision(code, confidence, by, (Candidate(code, confidence),))

    def _by_words(self, text: str, script: str, prior: str | None, hints: Sequence[str]) -> LanguageDecision:
        words = self._weigher.log_odds(text, script)
        known = _beside_words(prior, hints)
        everything = {
            code: words.get(code, _OTHER_SCRIPT) + known.get(code, 0.0) for code in {*words, *known}
        }
        ranked = _probabilities(everything)
        best = ranked[0]
        if not known and best.confidence < _SAYS_NOTHING:
            return self._by_what_is_known(prior, hints)
        by = _decided_by(best.language, _probabilities(words), prior, hints)
        shown = tuple(one for one in ranked[:_MOST_CANDIDATES] if one.confidence >= _LEAST_CONFIDENCE)
        return LanguageDecision(best.language, best.confidence, by, shown)


def _beside_words(prior: str | None, hints: Sequence[str]) -> dict[str, float]:
    """Return the log-odds that speak for a language before a word is read; with a prior, hints say nothing new."""
    if prior is not None:
        return {prior: _PRIOR}
    return dict(zip(hints, _HINTS, strict=False))


def _probabilities(log_odds: Mapping[str, float]) -> list[Candidate]:
    """Return the languages with their probabilities, likeliest first; equals stand in the order of their codes."""
    highest = max(log_odds.values())
    weights = {code: math.exp(value - highest) for code, value in log_odds.items()}
    total = sum(weights.values())
    return sorted(
        (Candidate(code, weight / total) for code, weight in weights.items()),
        key=lambda one: (-one.confidence, one.language),
    )


def _decided_by(
    language: str, words: Sequence[Candidate], prior: str | None, hints: Sequence[str]
) -> DecidedBy:
    first = words[0]
    if first.language == language and (
        first.confidence >= _SURE or (language != prior and language not in hints)
    ):
        return DecidedBy.WORDS
    return DecidedBy.CONVERSATION if language == prior else DecidedBy.HINT
