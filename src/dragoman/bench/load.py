"""Customers of an OpenAI-compatible server: requests over HTTP, with the time of all that comes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from time import perf_counter
from typing import Any, TypeVar

import httpx

from dragoman.engines.openai_chunks import chunk_of
from dragoman.nouns.errors import EngineInterruptedError, OperatorError

MOST_AT_ONCE = 512
"""More connections than any scenario wants; a bound so that a slip does not open thousands."""
_CONNECT_SECONDS = 5.0

Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for a chat completion.

    Attributes:
        tokens: how many tokens are to be written, exactly: the model's own end is not heeded.
        temperature: 0, so that all sides draw alike.
    """

    messages: Sequence[Mapping[str, str]]
    tokens: int
    temperature: float = 0.0

    def body(self, model: str | None) -> dict[str, Any]:
        """Return it as JSON: `ignore_eos` and `min_tokens` have the names of vLLM; llama-server knows the first."""
        return {
            **({"model": model} if model else {}),
            "messages": list(self.messages),
            "max_tokens": self.tokens,
            "min_tokens": self.tokens,
            "ignore_eos": True,
            "temperature": self.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back to one request; times in seconds since it was sent.

    Attributes:
        text: all that was written.
        times: when each piece of text came, the first token first.
        seconds: when it ended.
        prompt_tokens, reply_tokens: the server's own exact counts; None where it gave none.
        error: why there is no whole reply, or None.
    """

    text: str = ""
    times: Sequence[float] = ()
    seconds: float = 0.0
    prompt_tokens: int | None = None
    reply_tokens: int | None = None
    error: str | None = None

    @property
    def first(self) -> float | None:
        """The time to the first token."""
        return self.times[0] if self.times else None


@dataclass(frozen=True, slots=True)
class Load:
    """Requests that belong together, and how long all of them took."""

    replies: Sequence[Reply]
    seconds: float


@dataclass(slots=True)
class LoadClient:
    """Asks one server. It is a context of its own: `async with LoadClient(url) as client`.

    What comes is noted with its time and read only after the end: reading it would take the processor from the engine
    that is being measured.

    Args:
        url: `http://127.0.0.1:8080/v1`.
        elsewhere: whether the operator has named this server; otherwise it must be on this machine.
        limit_seconds: the longest that one request may take.

    Raises:
        OperatorError: the server is not on the loopback, and the operator has not named it.
    """

    url: str
    model: str | None = None
    api_key: str | None = None
    elsewhere: bool = False
    limit_seconds: float = 600.0
    _client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        if not self.elsewhere and not on_loopback(self.url):
            raise OperatorError(f"The bench asks only this machine, not {self.url}: name it with --peer.")
        self._client = httpx.AsyncClient(
            headers={
                "Accept-Encoding": "identity",
                **({"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}),
            },
            timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
            # Each customer comes anew; some servers close a connection after a stream without saying so.
            limits=httpx.Limits(max_connections=MOST_AT_ONCE, max_keepalive_connections=0),
            trust_env=self.elsewhere,
        )

    async def __aenter__(self) -> "LoadClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def ask(self, ask: Ask) -> Reply:
        """Send a request and read its reply to the end. Never raises for what the server does."""
        began = perf_counter()
        blocks: list[tuple[float, bytes]] = []
        error: str | None = None
        try:
            async with asyncio.timeout(self.limit_seconds):
                error = await self._read(ask.body(self.model), blocks, began)
        except TimeoutError:
            error = f"no end within {self.limit_seconds:.0f} s"
        except httpx.HTTPError as broken:
            error = type(broken).__name__
        return _reply(blocks, perf_counter() - began, error)

    async def _read(
        self, body: Mapping[str, Any], blocks: list[tuple[float, bytes]], began: float
    ) -> str | None:
        async with self._client.stream("POST", f"{self.url}/chat/completions", json=body) as response:
            if response.status_code != HTTPStatus.OK:
                return f"HTTP {response.status_code}"
            async for block in response.aiter_raw():
                blocks.append((perf_counter() - began, block))  # noqa: PERF401 - what came before a break stays
        return None

    async def models(self) -> Sequence[str]:
        """Return the names of the models that the server lists.

        Raises:
            OperatorError: it does not answer, or lists none.
        """
        try:
            response = await self._client.get(f"{self.url}/models", timeout=_CONNECT_SECONDS)
            names = [str(one["id"]) for one in response.raise_for_status().json()["data"]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise OperatorError(
                f"{self.url} lists no models ({type(error).__name__}): is it an OpenAI-compatible server?"
            ) from None
        if not names:
            raise OperatorError(f"{self.url} serves no model.")
        return names


async def at_once(client: LoadClient, asks: Sequence[Ask]) -> Load:
    """Send all requests at the same moment and wait for all of them."""
    began = perf_counter()
    replies = await asyncio.gather(*(client.ask(one) for one in asks))
    return Load(replies, perf_counter() - began)


async def in_turn(client: LoadClient, asks: Sequence[Ask]) -> Load:
    """Send one request after the other."""
    began = perf_counter()
    replies = [await client.ask(one) for one in asks]
    return Load(replies, perf_counter() - began)


async def open_loop(
    moments: Sequence[float], send: Callable[[int], Awaitable[Answered]]
) -> Sequence[Answered]:
    """Call `send(number)` at given moments, whether or not the earlier calls are done, and wait for all.

    Customers do not wait for each other: a loop that sends the next request only after the last reply would go easy
    on a slow server ("coordinated omission").

    Args:
        moments: seconds since the call of this function, rising.

    Returns:
        What the calls returned, in the order of the moments.
    """
    began = perf_counter()

    async def one(number: int) -> Answered:
        await asyncio.sleep(max(0.0, moments[number] - (perf_counter() - began)))
        return await send(number)

    return await asyncio.gather(*(one(number) for number in range(len(moments))))


def on_loopback(url: str) -> bool:
    """Tell whether an address can only be this machine."""
    host = httpx.URL(url).host
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _events(blocks: Sequence[tuple[float, bytes]]) -> Iterator[tuple[float, str]]:
    """Yield the data of server-sent events with the moment at which their last byte came."""
    rest = b""
    for moment, block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            data = line.removeprefix(b"data:").strip()
            if line.startswith(b"data:") and data != b"[DONE]":
                yield moment, data.decode(errors="replace")


def _reply(blocks: Sequence[tuple[float, bytes]], seconds: float, error: str | None) -> Reply:
    """Read what came."""
    texts: list[str] = []
    times: list[float] = []
    prompt_tokens = reply_tokens = None
    try:
        for moment, data in _events(blocks):
            chunk = chunk_of(data)
            # A single token may be half a letter: then nothing but its end is seen.
            if chunk.text or (chunk.finish_reason and not times):
                texts.append(chunk.text)
                times.append(moment)
            if chunk.usage is not None:
                prompt_tokens, reply_tokens = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
    except EngineInterruptedError as broken:
        error = error or str(broken)
    if error is None and not times:
        error = "an empty reply"
    return Reply("".join(texts), times, seconds, prompt_tokens, reply_tokens, error)
