"""An engine reached over the OpenAI protocol: ours, llama-server, vLLM, SGLang, Ollama."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from typing import Any

import httpx

from dragoman.engines.base import ChatMessage, EngineHealth, FinishReason, Piece, Sampling, Usage
from dragoman.engines.openai_chunks import Chunk, chunk_of, lines
from dragoman.nouns.errors import (
    EngineBusyError,
    EngineError,
    EngineInterruptedError,
    EngineUnavailableError,
    PromptTooLongError,
)

HEALTH_SECONDS = 1.0
CONNECT_SECONDS = 3.0
REFUSAL_SECONDS = 2.0
"""How long the text of a refusal is waited for."""
ENDING_SECONDS = 2.0
"""How long the counts are waited for that follow the last word."""
MAX_RETRY_SECONDS = 3600.0
"""The longest wait that is passed on to a customer's program."""


class OpenAIEngine:
    """Speaks to one OpenAI-compatible server.

    Args:
        url: its base, `http://127.0.0.1:8080/v1`.
        api_key: sent as a bearer token.
        model: the model to ask for; None asks for the first that the server lists.
        first_token_seconds: how long to wait for the first word, the server's waiting line included.
        next_token_seconds: how long to wait for each further word.
        client: an HTTP client to use instead of one of its own; it is closed with the engine.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        model: str | None = None,
        first_token_seconds: float = 60.0,
        next_token_seconds: float = 20.0,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._model = model
        self._found: str | None = None
        self._first_token_seconds = first_token_seconds
        self._next_token_seconds = next_token_seconds
        # Silence is timed by word below, so the client itself only times connecting.
        timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = client or httpx.AsyncClient(
            timeout=timeout, headers=headers, limits=httpx.Limits(max_connections=None)
        )

    @asynccontextmanager
    async def chat(
        self, messages: Sequence[ChatMessage], sampling: Sampling
    ) -> AsyncGenerator[AsyncIterator[Piece]]:
        """Open a reply; see `Engine.chat`."""
        model = self._model or self._found or await self._first_model()
        body = {**_body(messages, sampling), "model": model}
        request = self._client.build_request("POST", f"{self.url}/chat/completions", json=body)
        try:
            async with asyncio.timeout(self._first_token_seconds):
                response = await self._client.send(request, stream=True)
        except (httpx.HTTPError, TimeoutError) as error:
            raise EngineUnavailableError(f"{self.url} does not answer ({type(error).__name__})") from error
        try:
            if response.status_code != HTTPStatus.OK:
                raise await self._refused(response)
            async with aclosing(self._pieces(response, model)) as pieces:
                yield pieces
        finally:
            # Closing the connection is what tells the server to stop generating.
            await response.aclose()

    async def _refused(self, response: httpx.Response) -> EngineError:
        if response.status_code == HTTPStatus.NOT_FOUND:
            self._found = None  # another model may be served there by now
        try:
            async with asyncio.timeout(REFUSAL_SECONDS):
                body = (await response.aread()).decode(errors="replace")
        except (httpx.HTTPError, TimeoutError):
            body = ""
        return _refusal(response, body)

    async def _pieces(self, response: httpx.Response, model: str) -> AsyncGenerator[Piece]:
        patience = self._first_token_seconds
        finish: FinishReason | None = None
        usage: Usage | None = None
        async with aclosing(lines(response.aiter_bytes())) as incoming:
            while (chunk := await self._next_chunk(incoming, patience, whole=bool(finish))) is not None:
                model = chunk.model or model
                usage = chunk.usage or usage
                finish = chunk.finish_reason or finish
                if chunk.text:
                    patience = self._next_token_seconds
                    yield Piece(chunk.text, model)
                if finish is not None:
                    patience = min(ENDING_SECONDS, self._next_token_seconds)
        if finish is None:
            raise EngineInterruptedError(f"{self.url} ended its reply without an ending")
        yield Piece("", model, finish, usage)

    async def _next_chunk(
        self, incoming: AsyncIterator[str], patience: float, *, whole: bool
    ) -> Chunk | None:
        """Return the next chunk, or None at the end; a reply that is whole ends however its connection does."""
        try:
            async with asyncio.timeout(patience):
                async for line in incoming:
                    if line.startswith("data:"):
                        data = line.removeprefix("data:").strip()
                        return None if data == "[DONE]" else chunk_of(data)
        except (httpx.HTTPError, TimeoutError) as error:
            if not whole:
                raise EngineInterruptedError(_broken(self.url, patience, error)) from error
        return None

    async def _first_model(self) -> str:
        health = await self.health()
        if not health.models:
            raise EngineUnavailableError(health.detail or f"{self.url} lists no model")
        self._found = health.models[0]
        return self._found

    async def health(self) -> EngineHealth:
        """Ask for the list of models, which every such server has; see `Engine.health`."""
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                response = await self._client.get(f"{self.url}/models")
                response.raise_for_status()
                listed: list[dict[str, Any]] = response.json()["data"]
                models = tuple(str(entry["id"]) for entry in listed)
                stands_in_for = _stands_in_for(listed)
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError, AttributeError) as error:
            return EngineHealth(ready=False, detail=f"{self.url} is not ready ({type(error).__name__})")
        return EngineHealth(ready=bool(models), models=models, stands_in_for=stands_in_for)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _body(messages: Sequence[ChatMessage], sampling: Sampling) -> dict[str, Any]:
    body: dict[str, Any] = {
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "repetition_penalty": sampling.repetition_penalty,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    return body


def _broken(url: str, patience: float, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"{url} has been silent for {patience:g} s"
    return f"{url} broke off ({type(error).__name__})"


def _stands_in_for(listed: list[dict[str, Any]]) -> str | None:
    """Our own engine tells under `dragoman` when its weights stand in for others."""
    for entry in listed:
        told: dict[str, Any] = entry.get("dragoman") or {}
        if told.get("stands_in_for"):
            return str(told["stands_in_for"])
    return None


def _refusal(response: httpx.Response, body: str) -> EngineError:
    """Turn an error answer into ours. The server's own text stays out: it may repeat the customer's words."""
    code, message = _error_of(body)
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return EngineBusyError(retry_after=_seconds(response.headers.get("retry-after")))
    if status == HTTPStatus.BAD_REQUEST and (
        code == "context_length_exceeded" or "context length" in message
    ):
        numbers = [int(number) for number in re.findall(r"\d+", message)] or [0]
        return PromptTooLongError(prompt_tokens=max(numbers), context_tokens=min(numbers))
    if status in (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT):
        return EngineUnavailableError(f"the engine answered {status}")
    return EngineError(f"the engine answered {status} {code}".strip())


def _error_of(body: str) -> tuple[str, str]:
    try:
        error = json.loads(body)["error"]
        return str(error.get("code") or ""), str(error.get("message") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", body


def _seconds(header: str | None) -> float:
    if not header or not re.fullmatch(r"\d+(\.\d+)?", header):
        return 1.0
    return min(float(header), MAX_RETRY_SECONDS)
