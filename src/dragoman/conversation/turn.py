"""THE LINE: one customer's message to one reply, readable downward."""

import time
from collections.abc import AsyncIterator

from dragoman.answers.base import Answer, Answering
from dragoman.conversation.history import PastTurn, as_messages, recent_turns
from dragoman.conversation.metrics import TurnMetrics
from dragoman.languages.base import LanguageDetector
from dragoman.nouns.event import Conversation
from dragoman.nouns.ids import new_message_id
from dragoman.nouns.language import LanguageDecision
from dragoman.nouns.message import CustomerMessage, Reply
from dragoman.nouns.progress import Delta, Done, LanguageDecided, PassagesFound, Progress
from dragoman.storage.base import Conversations
from dragoman.watching.logs import logger


class Line:
    """The stages that a message walks through. One for the whole desk; a turn's state lives in `answer`.

    Args:
        conversations: where the log is.
        detector: which language a message is in.
        ladder: the rungs, from approved answers down to a decline.
        history_tokens: how much of the conversation the model is shown.
        metrics: what is counted.
    """

    def __init__(
        self,
        *,
        conversations: Conversations,
        detector: LanguageDetector,
        ladder: Answering,
        history_tokens: int,
        metrics: TurnMetrics,
    ) -> None:
        self._conversations = conversations
        self._detector = detector
        self._ladder = ladder
        self._history_tokens = history_tokens
        self._metrics = metrics

    async def answer(
        self, message: CustomerMessage, conversation: Conversation | None
    ) -> AsyncIterator[Progress]:
        """Answer a stored message, telling each step as it is taken; `Done` comes when the reply is stored.

        Args:
            message: the customer's.
            conversation: as it stands; None where the message is the first that happened in it.

        Raises:
            EngineError: no engine could write the reply.
            TurnSupersededError: a newer message took this one's place.
            StorageUnavailableError: the reply could not be stored.
        """
        arrived = time.monotonic()
        first_word: float | None = None
        last_word = arrived

        decision = self.decide(message, conversation)
        yield LanguageDecided(message.id, message.turn_id, decision)

        answer: Answer | None = None
        found = False
        turns = await self._turns_before(message) if conversation else []
        async for step in self._ladder.climb(message.text, decision.language, as_messages(turns)):
            match step:
                case Answer():
                    answer = step
                case str():
                    now = time.monotonic()
                    if first_word is None:
                        first_word = now - arrived
                    else:
                        self._metrics.waited_for_piece(now - last_word)
                    last_word = now
                    yield Delta(step)
                case _:
                    found = True
                    yield PassagesFound(step)
        assert answer is not None, "every climb ends with an answer"
        # What a rung had whole is told whole, in the same order.
        if not found:
            yield PassagesFound(answer.citations)
        if first_word is None:
            first_word = time.monotonic() - arrived
            yield Delta(answer.text)

        reply = Reply(
            id=new_message_id(),
            conversation_id=message.conversation_id,
            turn_id=message.turn_id,
            text=answer.text,
            decision=decision,
            source=answer.source,
            model=answer.model,
            citations=answer.citations,
            reason=answer.reason,
            first_word_seconds=first_word,
            seconds=time.monotonic() - arrived,
        )
        await self._conversations.finish(reply)
        self._note(reply, answer)
        yield Done(reply)

    def decide(self, message: CustomerMessage, conversation: Conversation | None) -> LanguageDecision:
        """Make the turn's one decision about language."""
        prior, chosen = (
            (conversation.language, conversation.chosen_language) if conversation else (None, None)
        )
        decision = self._detector.decide(
            message.text, prior=prior, chosen=message.chosen or chosen, hints=message.hints
        )
        self._metrics.decided(decision)
        return decision

    async def _turns_before(self, message: CustomerMessage) -> list[PastTurn]:
        return await recent_turns(self._conversations, message, self._history_tokens)

    def _note(self, reply: Reply, answer: Answer) -> None:
        self._metrics.replied(reply)
        usage = answer.usage
        logger.info(
            "turn_answered",
            language=reply.decision.language,
            confidence=round(reply.decision.confidence, 3),
            decided_by=reply.decision.decided_by.value,
            source=reply.source.value,
            reason=answer.reason,
            first_word_seconds=round(reply.first_word_seconds or 0.0, 3),
            seconds=round(reply.seconds, 3),
            tokens=usage.completion_tokens if usage else None,
        )
