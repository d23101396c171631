"""What is right about a reply, and what is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dragoman.evaluation.figures import contains, figures, unknown_figures
from dragoman.evaluation.knowledge import Known
from dragoman.evaluation.questions import Question
from dragoman.evaluation.wording import wording

DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back for a question, as a customer's program sees it.

    Attributes:
        source: the rung that answered; None where there was no reply.
        citations: what the reply stands on, as the desk gives them.
        language: the language that the desk decided on; None where it says none.
        seconds: from asking to the end.
        first_token_seconds: from asking to the first text; None where none came before the end.
        reason: why that rung answered and no earlier one, as the desk gives it, or None.
        error: the code of what went wrong, or None.
    """

    reply: str
    source: str | None
    citations: Sequence[dict[str, Any]] = ()
    language: str | None = None
    seconds: float = 0.0
    first_token_seconds: float | None = None
    model: str | None = None
    reason: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, what came back, and what is right about it.

    Attributes:
        reply_language: the language of the reply's own words; None where there is no reply.
        marks: what was looked at, by name of measure, and whether it was right.
        failures: what was wrong, in words.
    """

    question: Question
    heard: Heard
    reply_language: str | None
    marks: dict[str, bool]
    failures: list[str]

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong that the question is about."""
        return not self.failures


def judge(question: Question, heard: Heard, known: Known) -> Judged:
    """Look at everything that can be seen in a reply.

    What a question passes by is what `interfaces.md` asks for; the other marks are measured beside.
    """
    if heard.error is not None or not heard.reply.strip():
        why = f"no reply ({heard.error or 'it is empty'})"
        return finished(question, heard, None, {**_missing(question)}, [why])
    worded = wording(heard.reply, question.language, quoted=known.sentences)
    marks = {"reply_language": worded.frame == question.language}
    failures = [*_declining(question, heard, marks), *_contents(question, heard, marks)]
    if "right_figure" in marks:
        marks["whole_and_right"] = (
            marks["right_figure"] and worded.whole and marks.get("nothing_unwanted", True)
        )
    if known.complete:
        marks["figures_known"] = not _strange(question, heard, known)
    if heard.language is not None:
        marks["language_decided"] = heard.language == question.language
    if not marks["reply_language"]:
        failures.append(f"is in {worded.frame}, not in {question.language}")
    return finished(question, heard, worded.frame, marks, failures)


def finished(
    question: Question, heard: Heard, language: str | None, marks: dict[str, bool], failures: Sequence[str]
) -> Judged:
    """Return the judgement; it is passed when there are no failures."""
    return Judged(question, heard, language, {**marks, "passed": not failures}, list(failures))


def _missing(question: Question) -> dict[str, bool]:
    """Return the marks of a question to which no reply came: what it is about is not right."""
    marks = {"reply_language": False}
    if question.answerable is False:
        marks["unanswerable_declined"] = False
    if question.answerable:
        marks["answered"] = False
        if question.must_contain:
            marks |= {"right_figure": False, "whole_and_right": False}
    return marks


def _declining(question: Question, heard: Heard, marks: dict[str, bool]) -> list[str]:
    declined = heard.source == DECLINED
    if question.answerable is None:
        return []
    if not question.answerable:
        marks["unanswerable_declined"] = declined
        return [] if declined else [f"answered ({heard.source}) although the knowledge does not say"]
    marks["answered"] = not declined
    return ["declined although the knowledge answers it"] if declined else []


def _contents(question: Question, heard: Heard, marks: dict[str, bool]) -> list[str]:
    missing = [each for each in question.must_contain if not any(contains(heard.reply, one) for one in each)]
    unwanted = [one for one in question.must_not_contain if contains(heard.reply, one)]
    if question.must_not_contain:
        marks["nothing_unwanted"] = not unwanted
    failures = [f"has {one!r}, which is wrong" for one in unwanted]
    if question.answerable and question.must_contain:
        marks["right_figure"] = not missing and heard.source != DECLINED
        failures += [f"lacks {' or '.join(map(repr, each))}" for each in missing]
    return failures


def _strange(question: Question, heard: Heard, known: Known) -> list[str]:
    """Return the figures of the reply that stand neither in the knowledge nor in the question."""
    return unknown_figures(heard.reply, [*known.figures, *figures(question.question)])
