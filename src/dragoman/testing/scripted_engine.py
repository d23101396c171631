"""An engine that writes what it was told to: for tests that are about something else than the model."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from dragoman.engines.base import ChatMessage, EngineHealth, FinishReason, Piece, Sampling, Usage
from dragoman.nouns.errors import EngineError

LINGERS_AFTER = 5
"""How many words come of a reply that lingers."""


@dataclass(slots=True)
class Script:
    """One reply: its text, how it ends, what it waits for or fails with.

    Attributes:
        gate: when given, the reply stops until the gate opens ...
        gate_after: ... after this many words.
        failure: raised, before the first word or, with a text, after it.
    """

    text: str
    finish_reason: FinishReason = "stop"
    gate: asyncio.Event | None = None
    gate_after: int = 1
    failure: EngineError | None = None


@dataclass(slots=True)
class ScriptedEngine:
    """Writes scripted replies in order, and `usual` when there is none left.

    Attributes:
        asked: every prompt that was given, with its sampling.
        closed_early: how many replies were left before their end.
        pause: seconds between two words.
        lingers: where the last message has this in it, only so many words of the reply come, and its reader has to leave.
        hangs: where given, every request waits for this before it is looked at.
        refuses: where given, every request is refused with this.
        book: where the last message is one of these, this is written instead of `usual`.
        probed: how often it was asked for a single token, which is answered beside the script.
    """

    model: str = "scripted"
    usual: str = "This is a scripted reply. It says two things."
    ready: bool = True
    stands_in_for: str | None = None
    asked: list[tuple[tuple[ChatMessage, ...], Sampling]] = field(
        default_factory=list[tuple[tuple[ChatMessage, ...], Sampling]]
    )
    closed_early: int = 0
    pause: float = 0.0
    lingers: str | None = None
    hangs: asyncio.Event | None = None
    refuses: EngineError | None = None
    probed: int = 0
    book: Mapping[str, str] = field(default_factory=dict[str, str])
    _scripts: deque[Script] = field(default_factory=deque[Script])

    def reply(self, text: str, **options: Any) -> Script:
        """Script the next reply; `options` are those of `Script`."""
        script = Script(text, **options)
        self._scripts.append(script)
        return script

    def chat(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
    ) -> AbstractAsyncContextManager[AsyncIterator[Piece]]:
        """Open the next scripted reply; see `Engine.chat`."""
        if sampling.max_tokens == 1:
            self.probed += 1
            return self._chat(Script("Yes", "length"))
        self.asked.append((tuple(messages), sampling))
        if self.refuses is not None:
            return self._chat(Script(""))
        if self.lingers is not None and self.lingers in messages[-1].content:
            return self._chat(Script(self.usual, gate=asyncio.Event(), gate_after=LINGERS_AFTER))
        if self._scripts:
            return self._chat(self._scripts.popleft())
        return self._chat(Script(self.book.get(messages[-1].content, self.usual)))

    @asynccontextmanager
    async def _chat(self, script: Script) -> AsyncGenerator[AsyncIterator[Piece]]:
        if self.hangs is not None:
            await self.hangs.wait()
        if failure := self.refuses or (None if script.text else script.failure):
            raise failure
        pieces = self._pieces(script)
        try:
            yield pieces
        finally:
            await pieces.aclose()

    async def _pieces(self, script: Script) -> AsyncGenerator[Piece]:
        ended = False
        try:
            words = re.findall(r"\S+\s*|\s+", script.text)
            for number, word in enumerate(words):
                yield Piece(word, self.model)
                await asyncio.sleep(self.pause)
                if number + 1 == script.gate_after and script.gate is not None:
                    await script.gate.wait()
                if number == 0 and script.failure is not None:
                    raise script.failure
            ended = True
            yield Piece("", self.model, script.finish_reason, Usage(len(words), len(words)))
        finally:
            self.closed_early += not ended

    async def health(self) -> EngineHealth:
        """Return `ready`."""
        models = (self.model,) if self.ready else ()
        return EngineHealth(
            self.ready, models, None if self.ready else "scripted to be down", self.stands_in_for
        )

    async def close(self) -> None:
        """Do nothing: there is nothing to let go of."""
