"""A backend that counts instead of thinking: for tests that are about the server before it."""

import asyncio
import json
import random
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from dragoman.engines.local.base import BackendFailedError, BackendInfo, Chunk, Generation, Writing
from dragoman.engines.local.text import Text
from dragoman.nouns.errors import PromptTooLongError

WORDS = ("one ", "two ", "three ", "fünf ", "六 ", "семь ", "🌍 ", "nine.\n")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
USUAL_TOKENS = 12
"""After so many tokens it comes to its own end."""


@dataclass(slots=True)
class _Writing:
    prompt_tokens: int
    chunks: AsyncGenerator[Chunk]

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self.chunks


@dataclass(slots=True)
class ScriptedBackend:
    """Draws from eight words, a byte of UTF-8 at a time where a character has several, and each is a token.

    Attributes:
        gate: when closed, generations stop after their first token until it opens.
        asked: every request that was taken.
        under_way: how many generations are running.
        failure: set, it is raised after the first token.
        trouble: what `problem` tells.
    """

    context_tokens: int = 256
    asked: list[Generation] = field(default_factory=list[Generation])
    under_way: int = 0
    most_at_once: int = 0
    failure: BackendFailedError | None = None
    trouble: str | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def info(self) -> BackendInfo:
        """What it pretends to have loaded."""
        control = ("<|im_start|>", "<|im_end|>")
        return BackendInfo("scripted", self.context_tokens, TEMPLATE, "", ("<|im_end|>",), control, 1, 0)

    @asynccontextmanager
    async def generate(self, request: Generation) -> AsyncGenerator[Writing]:
        """See `Backend.generate`. A word or sign of the prompt is a token."""
        prompt_tokens = len(re.findall(r"\w+|[^\w\s]", request.prompt))
        room = self.context_tokens - prompt_tokens
        if room < 1:
            raise PromptTooLongError(prompt_tokens=prompt_tokens, context_tokens=self.context_tokens)
        self.asked.append(request)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            yield _Writing(prompt_tokens, self._chunks(request, min(request.max_tokens, room)))
        finally:
            self.under_way -= 1

    async def _chunks(self, request: Generation, longest: int) -> AsyncGenerator[Chunk]:
        text = Text(request.stop)
        pieces = _tokens(request)
        own_end = len(pieces) if request.json_schema else max(USUAL_TOKENS, request.min_tokens + 1)
        end = longest if request.ignore_eos else min(longest, own_end)
        for number in range(1, end + 1):
            # The model's own end is a token, and no text.
            at_end = number == own_end and not request.ignore_eos
            piece = text.add(b"" if at_end else pieces[(number - 1) % len(pieces)])
            if number == end and not text.stopped:
                yield Chunk(piece + text.finish(), 1, "stop" if at_end else "length")
                return
            yield Chunk(piece, 1, "stop" if text.stopped else None)
            if text.stopped:
                return
            await self._pause()

    async def _pause(self) -> None:
        await asyncio.sleep(0)
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure

    def problem(self) -> str | None:
        """Return `trouble`."""
        return self.trouble

    def kv_cache_use(self) -> float:
        """Return a share that grows with what is under way."""
        return min(1.0, self.under_way / 100)

    async def ended(self) -> str:
        """Wait until `end` is called."""
        await self._ended.wait()
        return "scripted to end"

    def end(self) -> None:
        """Pretend that the model's process has died."""
        self._ended.set()

    async def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


def _tokens(request: Generation) -> list[bytes]:
    """Return what is written, token by token; the same for the same seed, or for a temperature of 0."""
    if request.json_schema is not None:
        return [bytes([byte]) for byte in _instance(request.json_schema, request.json_schema)] + [b""]
    draw = random.Random(request.seed) if request.temperature else random.Random(0)
    words = "".join(draw.choice(WORDS) for _ in range(400))
    pieces: list[bytes] = []
    for character in re.findall(r"\w+\s|\S+|\s", words):
        whole = character.encode()
        pieces += [whole] if whole.isascii() else [whole[place : place + 1] for place in range(len(whole))]
    return pieces


def _instance(schema: dict[str, Any], root: dict[str, Any]) -> bytes:
    """Return a small JSON value that fits a schema."""

    def of(part: dict[str, Any]) -> Any:
        if "$ref" in part:
            return of(root["$defs"][part["$ref"].rsplit("/", 1)[1]])
        if "enum" in part:
            return part["enum"][0]
        if "anyOf" in part:
            return of(part["anyOf"][-1])
        kind = part.get("type")
        if kind == "object":
            return {name: of(part["properties"][name]) for name in part.get("required", ())}
        if kind == "array":
            return [of(part["items"]) for _ in range(part.get("minItems", 0))]
        if kind == "string":
            return "a" * part.get("minLength", 1)
        if kind == "integer":
            return part.get("minimum", 0)
        return {"number": 0.5, "boolean": True}.get(kind or "")

    return json.dumps(of(schema)).encode()
