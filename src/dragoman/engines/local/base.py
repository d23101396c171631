"""What a backend is to the engine's server: a prompt in, pieces of text out, many requests side by side."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from dragoman.nouns.errors import DragomanError

FinishReason = Literal["stop", "length"]

ANY_OBJECT: dict[str, Any] = {
    "type": "object",
    "properties": {},
    "required": [],
    "additionalProperties": True,
}
"""The schema of any JSON object."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What to generate, in vLLM's terms where OpenAI has none.

    Attributes:
        prompt: the whole prompt, any chat template already applied; control tokens in it are read as such.
        max_tokens: the most tokens to write; fewer where the context ends earlier.
        min_tokens: the model's own end is not taken before so many.
        top_k: draw from so many likeliest tokens; 0 for all.
        stop: strings that end the text when written; they are not part of it.
        seed: makes the draw repeatable; None draws differently each time.
        ignore_eos: go on past the model's own end.
        json_schema: the text must be JSON that fits this schema, which `schemas.supported` has let through.
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
    """A piece of generated text, never half a character.

    `tokens` counts the tokens generated since the chunk before, the model's own end among them. The last chunk,
    and only it, has a reason to end.
    """

    text: str
    tokens: int
    finish_reason: FinishReason | None = None


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """What a backend has loaded. `context_tokens` holds prompt and answer together; `kv_cache_bytes` is 0 if unknown.

    Attributes:
        backend: its name, `openvino` or `llamacpp`.
        chat_template: the Jinja template that came with the weights; empty where there is none.
        bos: the text of the token that begins a document; empty where there is none.
        eos: the texts of the tokens that end an answer, the model's own first.
        control_tokens: texts that the tokenizer reads as something other than their letters.
    """

    backend: str
    context_tokens: int
    chat_template: str
    bos: str
    eos: tuple[str, ...]
    control_tokens: tuple[str, ...]
    threads: int
    kv_cache_bytes: int


class BackendFailedError(DragomanError):
    """The backend cannot go on; it has to be opened anew."""

    code = "backend_failed"


class RequestRefusedError(DragomanError):
    """The backend cannot do this one request; its message says why, for whoever sent it."""

    code = "request_refused"


class Writing(Protocol):
    """A generation under way: iterate for its chunks."""

    @property
    def prompt_tokens(self) -> int:
        """How many tokens the model reads the prompt as, exactly."""
        ...

    def __aiter__(self) -> AsyncIterator[Chunk]:
        """Return the chunks, as they come."""
        ...


class Backend(Protocol):
    """A model in memory. Every implementation passes `dragoman.testing.backend_contract`."""

    @property
    def info(self) -> BackendInfo:
        """What is loaded."""
        ...

    def generate(self, request: Generation) -> AbstractAsyncContextManager[Writing]:
        """Begin generating; requests run side by side. Leaving the context stops this one within a second.

        Raises:
            PromptTooLongError: on entering; the prompt leaves no room for a single token.
            RequestRefusedError: on entering; the backend cannot do what is asked.
            BackendFailedError: on entering or while iterating; the backend cannot go on.
        """
        ...

    def problem(self) -> str | None:
        """Tell why nothing can be generated now (it has ended, it is stuck), or None when it can."""
        ...

    def kv_cache_use(self) -> float:
        """Return the share of the attention cache in use lately, between 0 and 1."""
        ...

    async def ended(self) -> str:
        """Wait until the backend has failed for good, and return why."""
        ...

    async def close(self) -> None:
        """Stop all generations and let go of the model. May be called again."""
        ...
