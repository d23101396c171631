"""Comparing the marks of two questions."""

from dataclasses import dataclass

from dragoman.answers.same_question.concepts import EQUALS, LONE, OPPOSITES
from dragoman.answers.same_question.marks import Marks, marks_of

_NOTHING = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Difference:
    """Why two questions are not the same.

    Attributes:
        reason: `opposite`, `negation`, `figures` or `names`.
        added: True where the first merely says more than the second: a figure or a name that the second leaves open.
            "Do you deliver to Austria?" may be answered by what "Where do you deliver?" is answered with.
    """

    reason: str
    added: bool = False


def differs(a: str, a_language: str, b: str, b_language: str) -> str | None:
    """Return why two questions do not mean the same, though they may lie near, or None.

    Raises:
        KeyError: a language is none of the 29.
    """
    difference = compare(marks_of(a, a_language), marks_of(b, b_language))
    return difference.reason if difference else None


def compare(asked: Marks, known: Marks) -> Difference | None:
    """Return the first difference between a customer's question and a known one, or None."""
    if _opposed(asked.concepts, known.concepts):
        return Difference("opposite")
    if asked.negated != known.negated:
        return Difference("negation")
    if asked.figures != known.figures:
        return Difference("figures", added=known.figures < asked.figures)
    return _names(asked, known)


def _opposed(asked: frozenset[str], known: frozenset[str]) -> bool:
    return bool((asked ^ known) & LONE) or turns_round(asked, known) or turns_round(known, asked)


def turns_round(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether a question with concepts `one` is about the opposite of something that `other` speaks of.

    What `other` turns round itself does not count: "cancel the subscription" and "unsubscribe" are one.
    """
    turned = frozenset[str]().union(*(OPPOSITES.get(concept, _NOTHING) for concept in other))
    return any(_opposites(concept, one) & other - turned for concept in one - other)


def _opposites(concept: str, beside: frozenset[str]) -> frozenset[str]:
    """Return what a concept turns round: "sent, when do I receive it" is about both, and opposed to neither."""
    return OPPOSITES.get(concept, _NOTHING) - (EQUALS.get(concept, _NOTHING) & beside)


def _names(asked: Marks, known: Marks) -> Difference | None:
    """Compare names. One that the other writes as a common word (`paypal`) is there too.

    Between languages, names are written in other letters or translated, so that only two that each have
    their own, with none in common, can be told apart.
    """
    only_asked = asked.names - known.names - known.words
    only_known = known.names - asked.names - asked.words
    if asked.language != known.language:
        return Difference("names") if only_asked and only_known and not asked.names & known.names else None
    if only_known:
        return Difference("names")
    return Difference("names", added=True) if only_asked else None
