"""The rung on which the model writes: it renders what a passage says in the customer's language, and nothing else.

It is not asked to answer. A model this small, asked to, makes figures up; asked to say one sentence in another
language, with every quantity and address masked, it has nothing to make up (docs/decisions/0012-what-the-model-writes.md).
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from dragoman.answers.base import Answer
from dragoman.answers.check import Check
from dragoman.answers.copying import copies
from dragoman.engines.base import ChatMessage, Engine, Sampling
from dragoman.languages.phrases import Phrases
from dragoman.languages.quantities import Masked, fill, mask
from dragoman.languages.registry import language as named
from dragoman.nouns.errors import EngineError
from dragoman.nouns.message import Citation, Source
from dragoman.watching.logs import logger

INSTRUCTIONS = "You translate customer-service sentences into {language}. Keep marks such as [1] as they are."
"""What the model is told first; its `{language}` is the English name of one."""
# Phrases that show the model how one says such things in the language. They are about nothing an owner's knowledge
# would say, so that a copy of one is seen for what it is: it means something else than the passage.
_EXAMPLES = ("error.superseded", "chat.erased", "error.conversation_ended", "chat.person_will_answer")
_MARKED = "error.message_too_long"
# Once more: drawn, as the owner has set, but no more freely than this, and from fewer examples, so that it does not
# fail in the same way.
_AGAIN_TEMPERATURE = 0.3


class Renderer:
    """Has the model say sentences in another language, and lets out only what passes its checks.

    Args:
        engine: where the model is.
        phrases: the examples.
        check: what every sentence has to pass.
        sampling: how words are drawn in the second try; the first takes the likeliest.
        on_refused: told the reason of each sentence that no customer will see.
    """

    def __init__(
        self,
        engine: Engine,
        phrases: Phrases,
        check: Check,
        sampling: Sampling | None = None,
        *,
        on_refused: Callable[[str], None] | None = None,
    ) -> None:
        self._engine = engine
        self._phrases = phrases
        self._check = check
        self._on_refused = on_refused
        drawn = sampling or Sampling()
        self._first = replace(drawn, temperature=0.0, top_p=1.0, repetition_penalty=1.0)
        self._again = replace(drawn, temperature=min(drawn.temperature, _AGAIN_TEMPERATURE))

    async def write(
        self, sentences: Sequence[str], *, of: str, language: str, citations: tuple[Citation, ...]
    ) -> AsyncIterator[str | Answer]:
        """Yield each sentence when it has passed, and last the answer; no answer where one did not pass.

        Nothing is let out before the first sentence has passed; a later one that fails ends what is written, since
        what was said stands by itself.

        Args:
            sentences: what to say, whole sentences of a passage.
            of: the code of the language they are in.
            language: the code of the language to say them in.
            citations: what the answer stands on.
        """
        said: list[str] = []
        model: str | None = None
        for sentence in sentences:
            try:
                text, model = await self._render(sentence, of, language)
            except EngineError as error:
                logger.warning("not_rendered", code=error.code)
                break
            if text is None:
                break
            said.append(text)
            yield text if len(said) == 1 else f" {text}"
        if said:
            yield Answer(" ".join(said), Source.GENERATED, citations, model=model, reason="rendered")

    async def _render(self, sentence: str, of: str, language: str) -> tuple[str | None, str]:
        """Return the sentence in `language`, or None where it failed twice, and the model."""
        masked = mask(sentence, of)
        model = ""
        for examples, sampling in ((_EXAMPLES, self._first), (_EXAMPLES[:2], self._again)):
            written, model = await self._ask(self._prompt(masked, language, examples), sampling)
            if copies(written, self._shown(language, examples)):
                text, reason = "", "copied_example"
            else:
                text, reason = await self._checked(written, masked, sentence, of, language)
            if reason is None:
                return text, model
            logger.info("sentence_refused", reason=reason, language=language)
            if self._on_refused is not None:
                self._on_refused(reason)
        return None, model

    async def _checked(
        self, written: str, masked: Masked, sentence: str, of: str, language: str
    ) -> tuple[str, str | None]:
        filled = fill(written, masked, language)
        if filled.missing or filled.unknown:
            return "", "marks_lost"
        return filled.text, await self._check.refuses(filled.text, language, source=sentence, of=of)

    def _prompt(self, masked: Masked, language: str, examples: Sequence[str]) -> list[ChatMessage]:
        name = named(language).english
        shown = zip(self._shown("en", examples), self._shown(language, examples), strict=True)
        prompt = [ChatMessage("system", INSTRUCTIONS.format(language=name))]
        for english, other in shown:
            prompt += [ChatMessage("user", english), ChatMessage("assistant", other)]
        return [*prompt, ChatMessage("user", masked.text)]

    def _shown(self, language: str, examples: Sequence[str]) -> list[str]:
        marked = self._phrases.text(_MARKED, language, limit="[1]")
        return [*(self._phrases.text(key, language) for key in examples), marked]

    async def _ask(self, prompt: Sequence[ChatMessage], sampling: Sampling) -> tuple[str, str]:
        async with self._engine.chat(prompt, sampling) as written:
            pieces = [piece async for piece in written]
        return "".join(piece.text for piece in pieces).strip(), pieces[-1].model if pieces else ""
