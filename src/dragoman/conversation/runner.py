"""One live turn per conversation: a newer message supersedes the older, a repeated one is the same."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from dragoman.conversation import replay
from dragoman.conversation.live import LiveTurn
from dragoman.conversation.metrics import TurnMetrics
from dragoman.conversation.turn import Line
from dragoman.languages.phrases import Phrases
from dragoman.nouns.errors import (
    DragomanError,
    EngineBusyError,
    EngineInterruptedError,
    TurnStoppedError,
    TurnSupersededError,
)
from dragoman.nouns.event import Event
from dragoman.nouns.ids import ConversationId, MessageId
from dragoman.nouns.message import CustomerMessage
from dragoman.nouns.progress import Failed, LanguageDecided, Progress
from dragoman.storage.base import Conversations
from dragoman.watching.logs import about, logger

LINGER_SECONDS = 20.0
"""How long a turn that nobody listens to goes on: long enough for a phone to find its network again."""


@dataclass(frozen=True, slots=True)
class _Running:
    turn: LiveTurn
    task: asyncio.Task[None]

    def end(self, reason: DragomanError) -> None:
        if not self.turn.ended:
            self.turn.reason = self.turn.reason or reason
            self.task.cancel()


class Runner:
    """Runs turns, each in a task of its own, so that a lost connection loses no reply.

    Args:
        line: what a message walks through.
        conversations: where the log is.
        phrases: the words of a failure.
        fallback: the language of a failure that came before the language was decided.
        metrics: what is counted.
        linger_seconds: how long a turn that nobody listens to goes on.
    """

    def __init__(
        self,
        *,
        line: Line,
        conversations: Conversations,
        phrases: Phrases,
        fallback: str,
        metrics: TurnMetrics,
        linger_seconds: float = LINGER_SECONDS,
    ) -> None:
        self._line = line
        self._conversations = conversations
        self._phrases = phrases
        self._fallback = fallback
        self._metrics = metrics
        self._linger_seconds = linger_seconds
        self._running: dict[ConversationId, _Running] = {}

    async def accept(self, message: CustomerMessage) -> AsyncGenerator[Progress]:
        """Store the message and return the progress of its answer.

        When this returns, the message is stored. A message that the conversation already has (by `client_id`)
        is not stored again: its answer is told from the beginning, whether written, being written or broken off.

        Raises:
            ConversationUnknownError, ConversationEndedError, StorageUnavailableError: nothing was stored.
        """
        event = await self._conversations.accept(message)
        if event.turn_id == message.turn_id:
            return self._start(message).listen()
        return await self._again(message, event)

    def stop(self, conversation_id: ConversationId) -> bool:
        """End the live turn at the customer's wish; False when nothing was being answered here."""
        running = self._running.get(conversation_id)
        if running is None or running.turn.ended:
            return False
        running.end(TurnStoppedError())
        return True

    async def drain(self, seconds: float) -> None:
        """Wait for the turns under way, at most so long, then end the rest."""
        tasks = [running.task for running in self._running.values()]
        if not tasks:
            return
        await asyncio.wait(tasks, timeout=seconds)
        for running in list(self._running.values()):
            running.end(EngineInterruptedError("the desk is stopping"))
        await asyncio.wait(tasks)

    async def _again(self, message: CustomerMessage, first: Event) -> AsyncGenerator[Progress]:
        """Tell a repeated message's answer; `first` is the event by which it was stored."""
        assert first.turn_id is not None, "a customer's message always has a turn"
        running = self._running.get(message.conversation_id)
        if running is not None and running.turn.turn_id == first.turn_id:
            return running.turn.listen()
        stored = replace(
            message, id=MessageId(first.data["message_id"]), turn_id=first.turn_id, text=first.data["text"]
        )
        events = await self._conversations.events(message.conversation_id, after=first.seq)
        if (told := replay.answered(events, stored.turn_id, stored.id)) is not None:
            return replay.tell(told)
        if await self._conversations.revive(stored.conversation_id, stored.turn_id):
            return self._start(stored).listen()
        return replay.tell([self._failure(TurnSupersededError(), self._fallback)])

    def _start(self, message: CustomerMessage) -> LiveTurn:
        conversation_id = message.conversation_id
        if (older := self._running.get(conversation_id)) is not None:
            older.end(TurnSupersededError())
        turn = LiveTurn(
            message.turn_id,
            linger_seconds=self._linger_seconds,
            on_deserted=lambda: running.end(TurnStoppedError()),
        )
        running = _Running(turn, asyncio.create_task(self._run(turn, message)))
        self._running[conversation_id] = running
        self._metrics.live.inc()
        running.task.add_done_callback(lambda _: self._forget(conversation_id, running))
        return turn

    def _forget(self, conversation_id: ConversationId, running: _Running) -> None:
        self._metrics.live.dec()
        if self._running.get(conversation_id) is running:
            del self._running[conversation_id]

    async def _run(self, turn: LiveTurn, message: CustomerMessage) -> None:
        language = message.chosen or self._fallback
        with about(turn=message.turn_id, conversation=message.conversation_id):
            try:
                conversation = await self._conversations.get(message.conversation_id)
                async for progress in self._line.answer(message, conversation):
                    if isinstance(progress, LanguageDecided):
                        language = progress.decision.language
                    turn.tell(progress)
            except asyncio.CancelledError:
                await self._fail(turn, message, turn.reason or EngineInterruptedError(), language)
            except DragomanError as error:
                await self._fail(turn, message, error, language)
            except Exception:
                logger.exception("turn_broke")
                await self._fail(turn, message, DragomanError(), self._fallback)

    async def _fail(
        self, turn: LiveTurn, message: CustomerMessage, error: DragomanError, language: str
    ) -> None:
        logger.warning("turn_failed", code=error.code, reason=str(error), language=language)
        self._metrics.failed(error.code)
        turn.tell(self._failure(error, language))
        try:
            await self._conversations.fail(
                message.conversation_id, message.turn_id, code=error.code, language=language
            )
        except DragomanError as unrecorded:
            # The customer has been told; a turn without an ending in the log can be asked for again.
            logger.warning("failure_not_recorded", code=unrecorded.code)

    def _failure(self, error: DragomanError, language: str) -> Failed:
        text = self._phrases.text(error.phrase, language, **error.values)
        retry_after = error.retry_after if isinstance(error, EngineBusyError) else None
        return Failed(error.code, text, language, retry_after)
