"""A language decision as other programs read it."""

from typing import TypedDict

from dragoman.nouns.language import LanguageDecision


class CandidateRecord(TypedDict):
    """A language and its probability, rounded to four places."""

    language: str
    confidence: float


class DecisionRecord(CandidateRecord):
    """A decision as one line of `dragoman detect`."""

    decided_by: str
    candidates: list[CandidateRecord]


def as_record(decision: LanguageDecision) -> DecisionRecord:
    """Return `decision` as plain JSON values, candidates likeliest first."""
    return {
        "language": decision.language,
        "confidence": round(decision.confidence, 4),
        "decided_by": decision.decided_by.value,
        "candidates": [
            {"language": one.language, "confidence": round(one.confidence, 4)} for one in decision.candidates
        ],
    }
