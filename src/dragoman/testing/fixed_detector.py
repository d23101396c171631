"""A language detector that says what it was told to: for tests of what comes after the decision."""

from collections.abc import Mapping, Sequence

from dragoman.nouns.language import Candidate, DecidedBy, LanguageDecision


class FixedDetector:
    """Decides by the text alone where it was told of the text, else on one language always; a choice wins.

    Args:
        language: the code it decides on.
        by_text: texts for which it decides otherwise, with their codes.
        confidence: how sure it claims to be.
    """

    def __init__(
        self, language: str = "en", *, by_text: Mapping[str, str] | None = None, confidence: float = 0.9
    ):
        self._language = language
        self._by_text = dict(by_text or {})
        self._confidence = confidence

    def decide(
        self, text: str, *, prior: str | None = None, chosen: str | None = None, hints: Sequence[str] = ()
    ) -> LanguageDecision:
        """Return the fixed decision; see `dragoman.languages.base.LanguageDetector`."""
        del prior, hints
        if chosen is not None:
            return LanguageDecision(chosen, 1.0, DecidedBy.CHOICE, (Candidate(chosen, 1.0),))
        code = self._by_text.get(text, self._language)
        return LanguageDecision(code, self._confidence, DecidedBy.WORDS, (Candidate(code, self._confidence),))
