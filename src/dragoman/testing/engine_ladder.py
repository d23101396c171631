"""A ladder with one rung, on which an engine says what it likes: for tests about turns, streams and pages."""

from collections.abc import AsyncIterator, Sequence

from dragoman.answers.base import Answer, Step
from dragoman.engines.base import ChatMessage, Engine, Piece, Sampling
from dragoman.languages.phrases import Phrases
from dragoman.languages.registry import language as named
from dragoman.nouns.message import Source
from dragoman.testing import prompt


class EngineLadder:
    """Lets the engine's words through as they come.

    Args:
        engine: writes.
        phrases: the rule about the language, and what is said where nothing was written.
        sampling: how it draws its words.
    """

    def __init__(self, engine: Engine, phrases: Phrases, sampling: Sampling) -> None:
        self._engine = engine
        self._phrases = phrases
        self._sampling = sampling

    async def climb(self, text: str, language: str, history: Sequence[ChatMessage]) -> AsyncIterator[Step]:
        """See `dragoman.answers.base.Answering`."""
        yield ()
        said: list[str] = []
        last: Piece | None = None
        rule = self._phrases.text("prompt.answer_language", language)
        messages = prompt.build(text, history=history, language=named(language).english, rule=rule)
        async with self._engine.chat(messages, self._sampling) as pieces:
            async for last in pieces:
                said.append(last.text)
                yield last.text
        if last is None or not (whole := "".join(said).strip()):
            yield Answer(self._phrases.text("error.unwritten", language), Source.DECLINED)
        else:
            yield Answer(whole, Source.GENERATED, model=last.model, usage=last.usage)
