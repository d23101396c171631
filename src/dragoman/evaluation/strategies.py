"""Other ways of the trade to answer, to compare the desk with. They have the desk's search, and the model to themselves.

Both are what is usually built: a prompt around the best passages, decoded greedily, nothing checked. What the model
says it does not know counts as declined.
"""

import time
from collections.abc import Sequence
from typing import Any

from dragoman.engines.base import ChatMessage, Engine, Sampling
from dragoman.evaluation.checks import Heard
from dragoman.evaluation.searching import Find
from dragoman.languages.base import LanguageDetector
from dragoman.languages.phrases import Phrases
from dragoman.languages.registry import language as named
from dragoman.nouns.errors import DragomanError
from dragoman.nouns.knowledge import Found

# Greedy: the figures of such a pipeline are best, and repeat. Answers are short, and so are questions.
_SAMPLING = Sampling(max_tokens=256, temperature=0.0, top_p=1.0, repetition_penalty=1.0)
_UNKNOWN = "UNKNOWN"
_INSTRUCTIONS = (
    "You answer customers of a shop in one or two short sentences, only with what the text says. "
    f"If the text does not answer the question, reply with the one word {_UNKNOWN}."
)


class _Way:
    """What the ways share: the model, the search, and the customer's language, found as the desk finds it."""

    def __init__(self, engine: Engine, find: Find, detector: LanguageDetector, phrases: Phrases) -> None:
        self._engine = engine
        self._find = find
        self._detector = detector
        self._phrases = phrases

    async def ask(self, question: str, language: str) -> Heard:  # noqa: ARG002 - customers do not say it either
        """Answer, or say which error kept it from answering."""
        began = time.monotonic()
        decided = self._detector.decide(question).language
        try:
            text, found, first, model = await self._answer(question, decided)
        except DragomanError as error:
            return Heard("", None, language=decided, seconds=time.monotonic() - began, error=error.code)
        declined = _UNKNOWN in text or not text
        return Heard(
            reply=self._phrases.text("error.unwritten", decided) if declined else text,
            source="declined" if declined else "generated",
            citations=[] if declined else [_citation(one) for one in found],
            language=decided,
            seconds=time.monotonic() - began,
            first_token_seconds=first - began,
            model=model,
        )

    async def _answer(self, question: str, language: str) -> tuple[str, Sequence[Found], float, str]:
        """Return text, passages, the time of its first word, and the model's name."""
        raise NotImplementedError

    async def _write(self, request: str, *, instructions: str = _INSTRUCTIONS) -> tuple[str, float, str]:
        messages = [ChatMessage("system", instructions), ChatMessage("user", request)]
        text, model, first = "", "", None
        async with self._engine.chat(messages, _SAMPLING) as pieces:
            async for piece in pieces:
                first = time.monotonic() if first is None else first
                text, model = text + piece.text, piece.model
        return text.strip(), first or time.monotonic(), model


class Plain(_Way):
    """One prompt: the best passage, the question, and the language to answer in."""

    async def _answer(self, question: str, language: str) -> tuple[str, Sequence[Found], float, str]:
        found = (await self._find(question, language))[:1]
        request = f"{_passages(found)}\n\n{question}\n\n(Answer in {named(language).english} only.)"
        text, first, model = await self._write(request)
        return text, found, first, model


class Translate(_Way):
    """The question into English, an answer in English from the passages, and that back into the customer's language."""

    async def _answer(self, question: str, language: str) -> tuple[str, Sequence[Found], float, str]:
        asked = question if language == "en" else (await self._translated(question, "English"))[0]
        found = (await self._find(asked, "en"))[:3]
        text, first, model = await self._write(f"{_passages(found)}\n\n{asked}\n\n(Answer in English only.)")
        if language != "en" and _UNKNOWN not in text and text:
            text, first, model = await self._translated(text, named(language).english)
        return text, found, first, model

    async def _translated(self, text: str, into: str) -> tuple[str, float, str]:
        return await self._write(
            f"Translate into {into}:\n\n{text}",
            instructions="You are a translator. Reply with the translation and nothing else.",
        )


def _passages(found: Sequence[Found]) -> str:
    return "\n\n".join(
        f"{' – '.join((one.passage.title, *one.passage.headings))}\n{one.passage.text}" for one in found
    )


def _citation(one: Found) -> dict[str, Any]:
    return {"document": one.passage.document, "title": one.passage.title, "url": one.passage.url}
