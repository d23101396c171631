"""One live turn per conversation: a newer message supersedes the older, a repeated one is the same."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
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
    """A turn, its task, and the `seq` of the message that it answers."""

    turn: LiveTurn
    task: asyncio.Task[None]
    seq: int

    def end(self, reason: DragomanError) -> None:
        self.turn.reason = self.turn.reason or reason
        # In the loop's next round: a task that is cancelled before its first step never runs, and would tell nobody.
        asyncio.get_running_loop().call_soon(self._cancel)

    def _cancel(self) -> None:
        if not self.turn.ended:
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
            return self._start(message, event.seq, first=event.seq == 1)
        return await self._again(message, event)

    def stop(self, conversation_id: ConversationId) -> bool:
        """End the live turn at the customer's wish; False when nothing was being answered here."""
        running = self._running.get(conversation_id)
        if running is None or running.turn.ended:
            return False
        running.end(TurnStoppedError())
        return True

    async def drain(self, seconds: float) -> None:
        """Wait for the turns under way, also those that begin meanwhile, at most so long; then end the rest."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while tasks := self._tasks():
                    await asyncio.wait(tasks)
        for running in self._running.values():
            running.end(EngineInterruptedError("the desk is stopping"))
        if tasks := self._tasks():
            await asyncio.wait(tasks)

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [running.task for running in self._running.values()]

    async def _again(self, message: CustomerMessage, first: Event) -> AsyncGenerator[Progress]:
        """Tell a repeated message's answer; `first` is the event by which it was stored."""
        assert first.turn_id is not None, "a customer's message always has a turn"
        stored = replace(
            message, id=MessageId(first.data["message_id"]), turn_id=first.turn_id, text=first.data["text"]
        )
        if (joined := await self._join(stored)) is not None:
            return joined
        events = await self._conversations.events(message.conversation_id, after=first.seq)
        if (told := replay.answered(events, stored.turn_id, stored.id)) is not None:
            return replay.tell(told)
        if await self._conversations.revive(stored.conversation_id, stored.turn_id):
            # Another repeat may have come first while the database was asked.
            return await self._join(stored) or self._start(stored, first.seq)
        return self._superseded(message)

    async def _join(self, message: CustomerMessage) -> AsyncGenerator[Progress] | None:
        """Return the progress of the message's turn if it runs here; one that has just ended is waited out."""
        running = self._running.get(message.conversation_id)
        if running is None or running.turn.turn_id != message.turn_id:
            return None
        if not running.turn.ended:
            return running.turn.listen()
        await asyncio.wait({running.task})
        return None

    def _superseded(self, message: CustomerMessage) -> AsyncGenerator[Progress]:
        return replay.tell([self._failure(TurnSupersededError(), self._language_before(message))])

    def _language_before(self, message: CustomerMessage) -> str:
        """Return the language for words to this customer before a decision about the message."""
        return message.chosen or next(iter(message.hints), self._fallback)

    def _start(self, message: CustomerMessage, seq: int, *, first: bool = False) -> AsyncGenerator[Progress]:
        """Begin a turn; `first` where nothing has happened in the conversation before its message."""
        conversation_id = message.conversation_id
        other = self._running.get(conversation_id)
        if other is not None and other.seq > seq:
            # Stored before it, and heard of after it: answers of the database overtake each other.
            return self._superseded(message)
        if other is not None:
            other.end(TurnSupersededError())
        turn = LiveTurn(
            message.turn_id,
            linger_seconds=self._linger_seconds,
            on_deserted=lambda: running.end(TurnStoppedError()),
        )
        running = _Running(turn, asyncio.create_task(self._run(turn, message, first=first)), seq)
        self._running[conversation_id] = running
        self._metrics.live.inc()
        running.task.add_done_callback(lambda _: self._forget(conversation_id, running))
        return turn.listen()

    def _forget(self, conversation_id: ConversationId, running: _Running) -> None:
        self._metrics.live.dec()
        if self._running.get(conversation_id) is running:
            del self._running[conversation_id]

    async def _run(self, turn: LiveTurn, message: CustomerMessage, *, first: bool) -> None:
        language = self._language_before(message)
        with about(turn=message.turn_id, conversation=message.conversation_id):
            try:
                conversation = None if first else await self._conversations.get(message.conversation_id)
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
                await self._fail(turn, message, DragomanError(), language)

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
