"""The backend that is llama.cpp's server in a process of its own, spoken to over loopback."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from dragoman.engines.local.base import (
    BackendFailedError,
    BackendInfo,
    Chunk,
    FinishReason,
    Generation,
    RequestRefusedError,
    Writing,
)
from dragoman.engines.local.grammar import grammar_of
from dragoman.engines.local.stepped import STUCK_SECONDS
from dragoman.engines.local.text import Text
from dragoman.engines.local.token_budget import TokenBudget
from dragoman.engines.local.worker import Message, Worker
from dragoman.nouns.errors import PromptTooLongError


@dataclass(slots=True)
class _Phase:
    """One call to the server: some tokens, with or without the model's own end."""

    tokens: list[int]
    longest: int
    ignore_eos: bool


class _Writing:
    """One request under way."""

    def __init__(self, prompt_tokens: int, chunks: AsyncIterator[Chunk]) -> None:
        self.prompt_tokens = prompt_tokens
        self._chunks = chunks

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self._chunks


class LlamaServerBackend:
    """See `Backend`."""

    def __init__(self, info: BackendInfo, cache_tokens: int) -> None:
        self._info = info
        self._worker: Worker | None = None
        self._client = httpx.AsyncClient()
        self._budget = TokenBudget(cache_tokens)
        self._asking: asyncio.Task[None] | None = None
        self._asked_at = 0.0

    @classmethod
    async def start(cls, module: str, order: Message, info: BackendInfo) -> "LlamaServerBackend":
        """Start the process and wait until the model is in memory.

        Raises:
            OperatorError: the model cannot be loaded.
        """
        backend = cls(info, order["cache_tokens"])
        key = secrets.token_urlsafe(32)
        backend._worker, told = await Worker.start(module, {**order, "key": key}, on_message=lambda _: None)
        backend._client = httpx.AsyncClient(
            base_url=told["address"],
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx.Timeout(5.0, read=None),
            limits=httpx.Limits(max_connections=None),
            trust_env=False,
        )
        return backend

    @property
    def info(self) -> BackendInfo:
        """What is loaded."""
        return self._info

    @asynccontextmanager
    async def generate(self, request: Generation) -> AsyncGenerator[Writing]:
        """See `Backend.generate`."""
        with _failures():
            tokens = await self._tokens(request.prompt)
        room = self._info.context_tokens - len(tokens)
        if not tokens:
            raise RequestRefusedError("the prompt is empty")
        if room < 1:
            raise PromptTooLongError(prompt_tokens=len(tokens), context_tokens=self._info.context_tokens)
        longest = min(request.max_tokens, room)
        async with (
            self._budget.take(len(tokens) + longest),
            aclosing(self._write(request, tokens, longest)) as chunks,
        ):
            # The first piece is asked for here, so that a refusal comes before anything was promised.
            yield _Writing(len(tokens), _after(await anext(chunks), chunks))

    async def _write(self, request: Generation, tokens: list[int], longest: int) -> AsyncGenerator[Chunk]:
        text = Text(request.stop)
        # The server knows no least length: so many tokens are written without an end, and then the rest.
        least = min(request.min_tokens, longest)
        phases = [_Phase(tokens, least, True)] if least and not request.ignore_eos else []
        phases.append(_Phase(tokens, longest - (least if phases else 0), request.ignore_eos))
        for number, phase in enumerate(phases):
            last = number == len(phases) - 1 or phases[-1].longest == 0
            async with aclosing(self._pieces(request, phase, text, tokens)) as pieces:
                async for chunk in pieces:
                    if chunk.finish_reason is None or last or text.stopped:
                        yield chunk
                    else:
                        yield Chunk(chunk.text, chunk.tokens)
            if last or text.stopped:
                return

    async def _pieces(
        self, request: Generation, phase: _Phase, text: Text, tokens: list[int]
    ) -> AsyncGenerator[Chunk]:
        """Yield what one call writes; its tokens are added to `tokens`, from which the next call goes on."""
        counted = 0
        body = _body(request, phase, self._info.context_tokens)
        with _failures():
            async with self._client.stream("POST", "/completion", json=body) as response:
                if response.is_error:
                    raise _refusal(response.status_code, await response.aread())
                async for line in response.aiter_lines():
                    if not line.startswith("data: "):
                        continue
                    event = json.loads(line.removeprefix("data: "))
                    if "error" in event:
                        raise BackendFailedError(str(event["error"].get("message", "llama.cpp failed")))
                    piece = text.add_text(event["content"])
                    new = event["tokens_predicted"] - counted if event["stop"] else len(event["tokens"])
                    counted += new
                    tokens += event["tokens"]
                    if text.stopped:
                        yield Chunk(piece, new, "stop")
                        return
                    if event["stop"]:
                        yield Chunk(piece + text.finish(), new, _reason(event))
                        return
                    yield Chunk(piece, new)
        raise BackendFailedError("llama.cpp ended a stream before its end")

    async def _tokens(self, prompt: str) -> list[int]:
        response = await self._client.post(
            "/tokenize", json={"content": prompt, "add_special": True, "parse_special": True}
        )
        if response.is_error:
            raise _refusal(response.status_code, response.content)
        return response.json()["tokens"]

    def problem(self) -> str | None:
        """See `Backend.problem`. Each call also asks the server's loop for a sign of life."""
        if self._worker is None or self._worker.failure is not None:
            return "the model's process has ended"
        if self._asking is None or self._asking.done():
            self._asked_at = time.monotonic()
            self._asking = asyncio.create_task(self._sign_of_life())
        elif time.monotonic() - self._asked_at > STUCK_SECONDS:
            return f"the model's process has not answered for {STUCK_SECONDS:.0f} s"
        return None

    async def _sign_of_life(self) -> None:
        """Ask for the slots: the answer comes from the loop that generates, between two of its steps."""
        try:
            await self._client.get("/slots")
        except httpx.HTTPError:
            return

    def kv_cache_use(self) -> float:
        """See `Backend.kv_cache_use`: the share that requests under way may come to need."""
        return self._budget.use

    async def ended(self) -> str:
        """See `Backend.ended`."""
        return await self._worker.ended() if self._worker is not None else "it is closed"

    async def close(self) -> None:
        """See `Backend.close`."""
        if self._asking is not None:
            self._asking.cancel()
        if self._worker is not None:
            worker, self._worker = self._worker, None
            await worker.close()
        await self._client.aclose()


def _body(request: Generation, phase: _Phase, context: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "prompt": phase.tokens,
        "n_predict": phase.longest,
        "stream": True,
        "return_tokens": True,
        "cache_prompt": True,
        # The order of vLLM and OpenVINO: temperature first, then the smallest set of tokens.
        "samplers": ["penalties", "top_k", "temperature", "top_p"],
        "temperature": request.temperature,
        "top_k": request.top_k,
        "top_p": request.top_p,
        "min_p": 0.0,
        "repeat_penalty": request.repetition_penalty,
        "repeat_last_n": context,
        "presence_penalty": request.presence_penalty,
        "frequency_penalty": request.frequency_penalty,
        "ignore_eos": phase.ignore_eos,
        "seed": secrets.randbits(32) if request.seed is None else request.seed % (1 << 32),
    }
    if request.json_schema is not None:
        body["grammar"] = grammar_of(request.json_schema)
    return body


async def _after(first: Chunk, rest: AsyncIterator[Chunk]) -> AsyncGenerator[Chunk]:
    yield first
    async for chunk in rest:
        yield chunk


def _reason(event: dict[str, Any]) -> FinishReason:
    return "length" if event["stop_type"] == "limit" else "stop"


def _refusal(status: int, body: bytes) -> BackendFailedError | RequestRefusedError:
    try:
        message = str(json.loads(body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        message = f"llama.cpp answered {status}"
    return RequestRefusedError(message) if status < 500 else BackendFailedError(message)


class _failures:  # noqa: N801 - used as a function
    """Turns a connection that broke into the backend's own failure."""

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, httpx.HTTPError):
            raise BackendFailedError("the model's process has ended") from error
