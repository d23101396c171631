"""The rung on which the model writes."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from dragoman.answers.guard import RepetitionGuard, finish_cut_text
from dragoman.engines import prompt
from dragoman.engines.base import ChatMessage, Engine, Piece, Sampling, Usage


@dataclass(frozen=True, slots=True)
class Written:
    """How a generation ended: the text that holds, who wrote it, and what it took.

    `text` is empty where the model wrote nothing that could be shown.
    """

    text: str
    model: str
    usage: Usage | None


class Generator:
    """Has the model write, and lets through what says something new.

    Args:
        engine: where the model is.
        sampling: how it draws its words.
    """

    def __init__(self, engine: Engine, sampling: Sampling) -> None:
        self._engine = engine
        self._sampling = sampling

    async def write(
        self, question: str, *, history: Sequence[ChatMessage], language: str, rule: str
    ) -> AsyncIterator[str | Written]:
        """Yield text as it is released, and last, once, how it ended.

        `language` is the English name of the language to answer in, `rule` tells the model so in that language.
        Raises what `Engine.chat` raises.
        """
        guard = RepetitionGuard()
        last: Piece | None = None
        messages = prompt.build(question, history=history, language=language, rule=rule)
        async with self._engine.chat(messages, self._sampling) as pieces:
            async for last in pieces:
                if released := guard.feed(last.text):
                    yield released
                if guard.looping:
                    break
        if rest := guard.finish():
            yield rest
        yield _ending(guard, last)


def _ending(guard: RepetitionGuard, last: Piece | None) -> Written:
    cut = guard.looping or (last is not None and last.finish_reason == "length")
    text = guard.text.strip()
    return Written(
        text=finish_cut_text(text) if cut and text else text,
        model=last.model if last else "",
        usage=last.usage if last else None,
    )
