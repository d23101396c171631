"""The rung that quotes: the passage's own sentences in a frame of the customer's language, with its figures said in it."""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from dragoman.answers.base import Answer, Question
from dragoman.embeddings.base import Embedder
from dragoman.languages.naming import name_of
from dragoman.languages.phrases import Phrases
from dragoman.languages.quantities import find, write
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
_MOST_FIGURES = 6


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
        language = question.language
        parts = [self._frame(language, passages[0].language)]
        for passage, said in zip(passages, quoted, strict=True):
            parts.append(_quotation(" ".join(said), passage, alone=len(passages) == 1))
        if figures := self._figures(language, passages[0], quoted[0]):
            parts.append(figures)
        citations = tuple(citation_of(passage) for passage in passages)
        return Answer("\n\n".join(parts), Source.QUOTED, citations, reason=reason)

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

    def _figures(self, language: str, passage: Passage, said: Sequence[str]) -> str | None:
        """Return the figures of a quotation in another language, as the customer writes them."""
        if passage.language == language:
            return None
        found = [one for one in find(" ".join(said), passage.language) if not one.weak]
        told = list(islice(dict.fromkeys(write(one, language) for one in found), _MOST_FIGURES))
        return self._phrases.text("answer.figures", language, figures="; ".join(told)) if told else None


def _quotation(text: str, passage: Passage, *, alone: bool) -> str:
    """Return the words as a quotation in Markdown; of two, each under the heading that it stands under."""
    if alone or not passage.headings:
        return f"> {text}"
    return f"> **{passage.headings[-1]}** {text}"
