"""The rung that quotes: the passage's own sentences in a frame of the customer's language, with its figures said in it."""

from collections.abc import Sequence

import numpy as np

from dragoman.answers.base import Answer, Question
from dragoman.answers.in_short import in_short
from dragoman.embeddings.base import Embedder
from dragoman.languages.naming import name_of
from dragoman.languages.phrases import Phrases
from dragoman.languages.sentences import sentences
from dragoman.nouns.knowledge import Found, Passage
from dragoman.nouns.message import Citation, Source

# A passage up to this long is quoted whole: taking it apart would cost its context, and saves the reader nothing.
_WHOLE_CHARS = 360
_MOST_SENTENCES = 3
# Passages that fit nearly as well are quoted too: which of them answers, the customer sees at a glance. With these
# limits the right one is among 1.9 quoted for 88 questions of 100; the best alone is right for 75.
NEARLY_AS_WELL = 0.018
_MOST_PASSAGES = 3


def citation_of(passage: Passage) -> Citation:
    """Return the passage as what a reply stands on."""
    title = " – ".join(part for part in (passage.title, *passage.headings[-1:]) if part)
    return Citation(passage.document, title, passage.url)


def close_finds(found: Sequence[Found]) -> list[Found]:
    """Return the best find, and others where they fit nearly as well and can be read by whoever reads the first."""
    best = found[0]
    return [
        one
        for one in found[:_MOST_PASSAGES]
        if one.score >= best.score - NEARLY_AS_WELL and one.passage.language == best.passage.language
    ]


def of_one_section(found: Sequence[Found]) -> bool:
    """Tell whether finds are parts of one section: a long one is cut in several passages."""
    return len({(one.passage.document, *one.passage.headings) for one in found}) == 1


class Quote:
    """Quotes passages.

    Args:
        phrases: the frames, in the section `answer`.
        embedder: tells which sentences of a long passage answer.
    """

    def __init__(self, phrases: Phrases, embedder: Embedder) -> None:
        self._phrases = phrases
        self._embedder = embedder

    async def answer(self, question: Question, found: Sequence[Found], reason: str) -> Answer:
        """Return the quotation of what was found (best first, at least one), and why it was quoted."""
        passages = [one.passage for one in close_finds(found)]
        quoted = [await self.sentences(question, passage) for passage in passages]
        text = self._quotations(question.language, passages, quoted)
        return Answer(text, Source.QUOTED, tuple(map(citation_of, passages)), reason=reason)

    def _quotations(self, language: str, passages: Sequence[Passage], quoted: Sequence[Sequence[str]]) -> str:
        parts = [self._frame(language, passages[0].language)]
        for passage, said in zip(passages, quoted, strict=True):
            parts.append(_quotation(" ".join(said), passage, alone=len(passages) == 1))
        if passages[0].language != language and (figures := in_short(passages[0], quoted[0], language)):
            parts.append(self._phrases.text("answer.figures", language, figures=figures))
        return "\n\n".join(parts)

    async def sentences(self, question: Question, passage: Passage) -> list[str]:
        """Return the passage's sentences that answer, in their order."""
        whole = [sentence.strip() for sentence in sentences(passage.text)]
        if len(passage.text) <= _WHOLE_CHARS or len(whole) <= _MOST_SENTENCES:
            return whole
        near = await self._embedder.passages(whole) @ question.vector
        best = sorted(np.argsort(-near)[:_MOST_SENTENCES])
        return [whole[place] for place in best]

    def _frame(self, language: str, of: str) -> str:
        if of == language:
            return self._phrases.text("answer.quote", language)
        return self._phrases.text("answer.quote_other", language, language=name_of(of, language))


def _quotation(text: str, passage: Passage, *, alone: bool) -> str:
    """Return the words as a quotation in Markdown; of two, each under the heading that it stands under."""
    if alone or not passage.headings:
        return f"> {text}"
    return f"> **{passage.headings[-1]}** {text}"
