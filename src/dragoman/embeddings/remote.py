"""An embedder reached over the OpenAI protocol, `POST /v1/embeddings`: our own engine, vLLM, llama-server, Ollama."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Self, cast

import httpx
import numpy as np
from numpy.typing import NDArray

from dragoman.nouns.errors import EngineBusyError, EngineError, EngineUnavailableError, OperatorError

_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 60.0
# Texts in one request: as many as our own engine takes, and few enough for an answer within its time.
_BATCH = 32
# Requests under way at once.
_AT_ONCE = 2
# Letters of a text to one of its tokens, at the least: what is taken where only the server knows its tokens.
_LETTERS_A_TOKEN = 2


class RemoteEmbedder:
    """See `Embedder`. Opened with `RemoteEmbedder.open`, which asks the server what its vectors are like.

    All calls raise `EngineUnavailableError` when nothing answers, `EngineBusyError` when the server has too much
    to do, and `EngineError` when it refuses.
    """

    def __init__(
        self,
        url: str,
        *,
        model: str,
        api_key: str | None = None,
        query_prefix: str = "",
        passage_prefix: str = "",
        max_tokens: int = 512,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.max_tokens = max_tokens
        self.dimensions = 0
        self._model = model
        self._prefixes = (query_prefix, passage_prefix)
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        timeout = httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS)
        self._client = client or httpx.AsyncClient(timeout=timeout, headers=headers)

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        model: str,
        api_key: str | None = None,
        query_prefix: str = "",
        passage_prefix: str = "",
        max_tokens: int = 512,
        client: httpx.AsyncClient | None = None,
    ) -> Self:
        """Reach a server and find out how many numbers its vectors have.

        Args:
            url: its base, `http://gpu-1:8000/v1`.
            model: the model to ask for.
            api_key: sent as a bearer token.
            query_prefix: what the model wants before questions (`query: ` for the E5 family).
            passage_prefix: what it wants before passages (`passage: `).
            max_tokens: the longest text that it reads.
            client: an HTTP client to use instead of one of its own; it is closed with the embedder.

        Raises:
            OperatorError: it cannot be reached or does not embed; the message says what to do.
        """
        embedder = cls(
            url,
            model=model,
            api_key=api_key,
            query_prefix=query_prefix,
            passage_prefix=passage_prefix,
            max_tokens=max_tokens,
            client=client,
        )
        try:
            embedder.dimensions = (await embedder.queries(["?"])).shape[1]
        except EngineError as error:
            await embedder.close()
            raise OperatorError(
                f"the embedder at {embedder.url} cannot be used ({error}): check its address, key and model"
            ) from error
        return embedder

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model

    async def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.queries`."""
        return await self._embed([self._prefixes[0] + text for text in texts])

    async def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.passages`."""
        return await self._embed([self._prefixes[1] + text for text in texts])

    async def count_tokens(self, text: str) -> int:
        """See `Embedder.count_tokens`: an upper estimate, since only the server could tell."""
        return len(text) // _LETTERS_A_TOKEN + 2

    async def close(self) -> None:
        """See `Embedder.close`."""
        await self._client.aclose()

    async def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        turns = asyncio.Semaphore(_AT_ONCE)

        async def batch(some: Sequence[str]) -> NDArray[np.float32]:
            async with turns:
                return await self._ask(some)

        batches = [batch(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        parts = await asyncio.gather(*batches)
        return np.concatenate(parts) if parts else np.zeros((0, self.dimensions), np.float32)

    async def _ask(self, texts: Sequence[str]) -> NDArray[np.float32]:
        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        try:
            response = await self._client.post(f"{self.url}/embeddings", json=body)
        except httpx.HTTPError as error:
            raise EngineUnavailableError(f"{self.url} does not answer ({type(error).__name__})") from error
        if response.status_code != HTTPStatus.OK:
            raise _refusal(self.url, response)
        return self._vectors(response, len(texts))

    def _vectors(self, response: httpx.Response, count: int) -> NDArray[np.float32]:
        """Read the answer, in the order of `index`, and bring every vector to length 1."""
        try:
            entries = cast(list[dict[str, Any]], response.json()["data"])
            ordered = sorted(entries, key=lambda entry: int(entry["index"]))
            vectors = np.array([entry["embedding"] for entry in ordered], np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise EngineError(f"{self.url} answered with something that is no list of vectors") from error
        if vectors.ndim != 2 or len(vectors) != count or not np.isfinite(vectors).all():
            raise EngineError(f"{self.url} answered with other vectors than were asked for")
        if self.dimensions not in (0, vectors.shape[1]):
            raise EngineError(
                f"{self.url} now gives {vectors.shape[1]} numbers a vector, not {self.dimensions}"
            )
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def _refusal(url: str, response: httpx.Response) -> EngineError:
    """Turn an error answer into ours. The server's own text stays out: it may repeat what was sent."""
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return EngineBusyError(f"{url} has too much to do")
    if status in (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT):
        return EngineUnavailableError(f"{url} answered {status}")
    return EngineError(f"{url} answered {status}")
