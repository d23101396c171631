"""What a backend is to the engine's server: tokens in, pieces of text out, many requests at once."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

FinishReason = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class Generation:
    """What to generate, in vLLM's terms where OpenAI has none.

    Attributes:
        prompt: the whole prompt, any chat template already applied.
        stop: strings that end the text when written; they are not part of it.
        ignore_eos: go on past the model's own end.
        json_schema: the text must be JSON that fits this schema; `{}` means any JSON object.
    """

    prompt: str
    max_tokens: int = 16
    min_tokens: int = 0
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    stop: tuple[str, ...] = field(default=())
    seed: int | None = None
    ignore_eos: bool = False
    json_schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of generated text; `tokens` counts the tokens it took, the last one has a reason to end."""

    text: str
    tokens: int
    finish_reason: FinishReason | None = None


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """What a backend has loaded. Sizes in bytes, `context_tokens` in tokens, prompt and answer together."""

    backend: str
    model: str
    context_tokens: int
    chat_template: str
    eos: tuple[str, ...]
    threads: int
    kv_cache_bytes: int


class Backend(Protocol):
    """A model in memory. Every implementation passes `dragoman.testing.backend_contract`."""

    @property
    def info(self) -> BackendInfo:
        """What is loaded."""
        ...

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the model reads `text` as, special tokens parsed as such."""
        ...

    def generate(self, request: Generation) -> AbstractAsyncContextManager[AsyncIterator[Chunk]]:
        """Begin generating; requests run side by side. Leaving the context stops this one within a second.

        Raises:
            BackendFailedError: the backend cannot go on.
        """
        ...

    async def close(self) -> None:
        """Stop all generations and let go of the model."""
        ...
