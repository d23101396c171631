"""The rung that tells figures: what was asked for, with what it is of, in the customer's language.

Where passages in another language hold the figure that a question asks for, a customer who cannot read them is helped
by the figure and not by their sentences; those stand with the sources. See
docs/decisions/0017-figures-with-what-they-are-of.md.
"""

from collections.abc import Sequence
from dataclasses import replace

from dragoman.answers.base import Answer, Question
from dragoman.answers.in_short import asked_for, in_short
from dragoman.answers.quote import Quote, citation_of
from dragoman.languages.naming import name_of
from dragoman.languages.phrases import Phrases
from dragoman.nouns.knowledge import Found, Passage
from dragoman.nouns.message import Citation, Source

# A line is shorter than a quotation, so that more passages may be told. With these limits the right one is among 2.5
# told for 94 questions of 100; with those of quotations it would be among 1.9 for 90.
_NEARLY_AS_WELL = 0.03
_MOST_LINES = 4


class Figures:
    """Tells the figures of passages in another language.

    Args:
        phrases: the frames, in the section `answer`.
        quote: chooses the sentences of a long passage.
        alone: whether figures may be the whole reply; else they only come before what the model writes.
    """

    def __init__(self, phrases: Phrases, quote: Quote, *, alone: bool = True) -> None:
        self._phrases = phrases
        self._quote = quote
        self._alone = alone

    async def answer(self, question: Question, found: Sequence[Found], reason: str) -> Answer | None:
        """Return the figures that are asked for, and why nothing was written; None where they do not answer.

        Args:
            found: what a search found, best first, at least one.
        """
        language = question.language
        if not self._alone or found[0].passage.language == language:
            return None
        lines: list[str] = []
        citations: list[Citation] = []
        for passage in _close(found):
            if len(lines) == _MOST_LINES:
                break
            said = await self._quote.sentences(question, passage)
            if (line := self._line(question, passage, said)) is not None:
                lines.append(line)
                citations.append(_with_words(passage, said))
        if not lines:
            return None
        listed = lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)
        languages = dict.fromkeys(one.language for one in citations if one.language)
        of = ", ".join(name_of(one, language) for one in languages)
        full = self._phrases.text("answer.full_text", language, language=of)
        text = "\n\n".join((self._frame(language), listed, full))
        return Answer(text, Source.QUOTED, tuple(citations), reason=reason)

    def opening(self, question: Question, passage: Passage, sentences: Sequence[str]) -> str | None:
        """Return the figures that are asked for as the beginning of a reply; None where there are none.

        They need no model: a customer has them while it writes.
        """
        line = self._line(question, passage, sentences)
        return None if line is None else f"{self._frame(question.language)}\n\n{line}"

    def _line(self, question: Question, passage: Passage, sentences: Sequence[str]) -> str | None:
        asked = asked_for(question.text, question.language)
        return in_short(passage, sentences, question.language, asked) if asked else None

    def _frame(self, language: str) -> str:
        return self._phrases.text("answer.quote", language)


def _close(found: Sequence[Found]) -> list[Passage]:
    """Return the passages that fit nearly as well as the best; in whichever languages, since none has to be read."""
    least = found[0].score - _NEARLY_AS_WELL
    return [one.passage for one in found if one.score >= least]


def _with_words(passage: Passage, sentences: Sequence[str]) -> Citation:
    return replace(citation_of(passage), quote=" ".join(sentences), language=passage.language)
