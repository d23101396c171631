"""Asking a desk over HTTP, as a customer's program does."""

import json
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

import httpx

from dragoman.evaluation.checks import Heard

# Seconds. A small machine with several questions under way may take a minute for one; the desk sends a sign of life
# every ten seconds, so this is silence, not slowness.
SILENCE_SECONDS = 90.0
CONVERSATIONS = "/api/v1/conversations"


class Asker(Protocol):
    """A way to have a question answered: our desk, or another way of the trade to compare it with."""

    async def ask(self, question: str, language: str) -> Heard:
        """Return what comes back; `language` is for ways that cannot find it out. Never raises for what the desk does."""
        ...


class Desk:
    """Our desk, asked in a conversation of its own for each question.

    Args:
        client: an HTTP client with the desk's address.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, question: str, language: str) -> Heard:  # noqa: ARG002 - the desk finds the language itself
        """Ask and read the answer as it comes."""
        return await Talk(self._client).ask(question)


class Talk:
    """A conversation with our desk. It begins with its first message, which waits for it.

    Args:
        client: an HTTP client with the desk's address.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._begun: Mapping[str, str] | None = None

    async def ask(self, message: str) -> Heard:
        """Say something and read the answer as it comes. Never raises for what the desk does."""
        began = time.monotonic()
        try:
            return await self._ask(message, began)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return Heard("", None, seconds=time.monotonic() - began, error=type(error).__name__)

    async def _ask(self, message: str, began: float) -> Heard:
        begun = await self._conversation()
        headers = {"Authorization": f"Bearer {begun['token']}", "Accept": "text/event-stream"}
        path = f"{CONVERSATIONS}/{begun['conversation_id']}/messages"
        async with self._client.stream("POST", path, json={"message": message}, headers=headers) as response:
            if response.is_error:
                code = _code(await response.aread())
                return Heard("", None, seconds=time.monotonic() - began, error=code)
            return await _read(response.aiter_lines(), began)

    async def _conversation(self) -> Mapping[str, str]:
        if self._begun is None:
            begun = (await self._client.post(CONVERSATIONS)).raise_for_status().json()
            self._begun = {name: begun[name] for name in ("conversation_id", "token")}
        return self._begun


async def _read(lines: AsyncIterator[str], began: float) -> Heard:
    first: float | None = None
    language: str | None = None
    async for name, data in _events(lines):
        now = time.monotonic() - began
        if name == "language":
            language = data["language_code"]
        elif name == "delta":
            first = now if first is None else first
        elif name == "error":
            return Heard("", None, language=language, seconds=now, error=data["code"])
        elif name == "done":
            return Heard(
                reply=data["reply"],
                source=data["source"],
                citations=data["citations"],
                language=language,
                seconds=now,
                # A text that comes only with its end is first seen then.
                first_token_seconds=now if first is None else first,
                model=data.get("model"),
                reason=data.get("reason"),
            )
    return Heard("", None, seconds=time.monotonic() - began, error="stream_ended")


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Read server-sent events; the desk gives each a name and one line of JSON."""
    name = ""
    async for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        return "refused"
