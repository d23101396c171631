"""What an engine is to the desk: something that writes a reply to a list of messages, piece by piece."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a prompt, in OpenAI's terms."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. The defaults are those of the field for short helpful answers.

    Attributes:
        max_tokens: the most tokens a reply may have.
        temperature: 0 takes the likeliest token always; higher is more varied.
        top_p: draw from the smallest set of tokens whose probabilities sum to this.
        repetition_penalty: above 1, tokens already seen become less likely (Keskar et al. 2019).
        stop: strings that end the reply when written; they are not part of it.
        seed: makes a draw repeatable on the same engine, or None.
    """

    max_tokens: int = 512
    temperature: float = 0.7
    top_p: float = 0.9
    repetition_penalty: float = 1.1
    stop: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Exact token counts of one generation."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a reply as it is written.

    The last piece of a reply, and only it, has a `finish_reason`. `model` names the weights that write.
    """

    text: str
    model: str
    finish_reason: FinishReason | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """Whether an engine can take work now, and the models that it serves.

    `stands_in_for` names the wanted model where the engine says that its own is a stand-in.
    """

    ready: bool
    models: tuple[str, ...] = field(default=())
    detail: str | None = None
    stands_in_for: str | None = None


class Engine(Protocol):
    """Writes replies. Every implementation passes `dragoman.testing.engine_contract`."""

    def chat(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
    ) -> AbstractAsyncContextManager[AsyncIterator[Piece]]:
        """Open a reply to `messages`; leaving the context stops the generation.

        Raises, on entering or while iterating:
            EngineUnavailableError: nothing answers.
            EngineBusyError: the waiting line is full.
            EngineInterruptedError: the engine went away or fell silent after it had begun.
            PromptTooLongError: the messages do not fit the model's context.
            EngineError: any other refusal.
        """
        ...

    async def health(self) -> EngineHealth:
        """Ask quickly (within a second) whether the engine can take work. Never raises."""
        ...

    async def close(self) -> None:
        """Let go of connections. The engine is not used afterwards."""
        ...
