"""A ladder with one rung, on which an engine says what it likes: for tests about turns, streams and pages."""

from collections.abc import AsyncIterator, Sequence

from dragoman.answers.base import Answer, Step
from dragoman.answers.guard import RepetitionGuard, finish_cut_text
from dragoman.engines import prompt
from dragoman.engines.base import ChatMessage, Engine, Piece, Sampling
from dragoman.languages.phrases import Phrases
from dragoman.languages.registry import language as named
from dragoman.nouns.message import Source


class EngineLadder:
    """Lets the engine's words through as they come, ended where they go round in circles.

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
        guard = RepetitionGuard()
        last: Piece | None = None
        rule = self._phrases.text("prompt.answer_language", language)
        messages = prompt.build(text, history=history, language=named(language).english, rule=rule)
        async with self._engine.chat(messages, self._sampling) as pieces:
            async for last in pieces:
                if released := guard.feed(last.text):
                    yield released
                if guard.looping:
                    break
        if rest := guard.finish():
            yield rest
        yield self._ending(guard, last, language)

    def _ending(self, guard: RepetitionGuard, last: Piece | None, language: str) -> Answer:
        text = guard.text.strip()
        if last is None or not text:
            return Answer(self._phrases.text("error.unwritten", language), Source.DECLINED)
        cut = guard.looping or last.finish_reason == "length"
        return Answer(
            finish_cut_text(text) if cut else text, Source.GENERATED, model=last.model, usage=last.usage
        )
