"""THE LINE: one customer's message to one reply, readable downward."""

import time
from collections.abc import AsyncIterator

from dragoman.answers.generate import Generator, Written
from dragoman.conversation.history import as_messages, recent_turns
from dragoman.conversation.metrics import TurnMetrics
from dragoman.languages.base import LanguageDetector
from dragoman.languages.phrases import Phrases
from dragoman.languages.registry import language
from dragoman.nouns.event import Conversation
from dragoman.nouns.ids import new_message_id
from dragoman.nouns.language import LanguageDecision
from dragoman.nouns.message import Citation, CustomerMessage, Reply, Source
from dragoman.nouns.progress import Delta, Done, LanguageDecided, PassagesFound, Progress
from dragoman.storage.base import Conversations
from dragoman.watching.logs import logger


class Line:
    """The stages that a message walks through. One for the whole desk; a turn's state lives in `answer`.

    Args:
        conversations: where the log is.
        detector: which language a message is in.
        generator: the rung on which the model writes.
        phrases: the fixed texts in 29 languages.
        history_tokens: how much of the conversation the model is shown.
        metrics: what is counted.
    """

    def __init__(
        self,
        *,
        conversations: Conversations,
        detector: LanguageDetector,
        generator: Generator,
        phrases: Phrases,
        history_tokens: int,
        metrics: TurnMetrics,
    ) -> None:
        self._conversations = conversations
        self._detector = detector
        self._generator = generator
        self._phrases = phrases
        self._history_tokens = history_tokens
        self._metrics = metrics

    async def answer(self, message: CustomerMessage, conversation: Conversation) -> AsyncIterator[Progress]:
        """Answer a stored message, telling each step as it is taken; `Done` comes when the reply is stored.

        Raises:
            EngineError: no engine could write the reply.
            TurnSupersededError: a newer message took this one's place.
            StorageUnavailableError: the reply could not be stored.
        """
        arrived = time.monotonic()
        first_word: float | None = None

        decision = self.decide(message, conversation)
        yield LanguageDecided(message.id, message.turn_id, decision)

        citations: tuple[Citation, ...] = ()
        yield PassagesFound(citations)

        written: Written | None = None
        async for step in self._write(message, decision):
            if isinstance(step, Written):
                written = step
            else:
                first_word = first_word or time.monotonic() - arrived
                yield Delta(step)

        text, source, model = self._outcome(written, decision)
        reply = Reply(
            id=new_message_id(),
            conversation_id=message.conversation_id,
            turn_id=message.turn_id,
            text=text,
            decision=decision,
            source=source,
            model=model,
            citations=citations,
            first_word_seconds=first_word,
            seconds=time.monotonic() - arrived,
        )
        await self._conversations.finish(reply)
        self._note(reply, written)
        yield Done(reply)

    def decide(self, message: CustomerMessage, conversation: Conversation) -> LanguageDecision:
        """Make the turn's one decision about language."""
        chosen = message.chosen or conversation.chosen_language
        decision = self._detector.decide(
            message.text, prior=conversation.language, chosen=chosen, hints=message.hints
        )
        self._metrics.decided(decision)
        return decision

    async def _write(
        self, message: CustomerMessage, decision: LanguageDecision
    ) -> AsyncIterator[str | Written]:
        turns = await recent_turns(self._conversations, message, self._history_tokens)
        written = self._generator.write(
            message.text,
            history=as_messages(turns),
            language=language(decision.language).english,
            rule=self._phrases.text("prompt.answer_language", decision.language),
        )
        async for step in written:
            yield step

    def _outcome(self, written: Written | None, decision: LanguageDecision) -> tuple[str, Source, str | None]:
        if written is not None and written.text:
            return written.text, Source.GENERATED, written.model
        return self._phrases.text("error.unwritten", decision.language), Source.DECLINED, None

    def _note(self, reply: Reply, written: Written | None) -> None:
        self._metrics.replied(reply)
        usage = written.usage if written else None
        if usage is not None:
            self._metrics.spent(usage.prompt_tokens, usage.completion_tokens)
        logger.info(
            "turn_answered",
            language=reply.decision.language,
            confidence=round(reply.decision.confidence, 3),
            decided_by=reply.decision.decided_by.value,
            source=reply.source.value,
            first_word_seconds=round(reply.first_word_seconds or 0.0, 3),
            seconds=round(reply.seconds, 3),
            tokens=usage.completion_tokens if usage else None,
        )
