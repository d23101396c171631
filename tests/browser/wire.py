"""The test's hand on the wire between the page and the desk; the page's side of it is wire.js."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page

from dragoman.testing.pytest_desk import OpenDesk

SCRIPT = Path(__file__).with_name("wire.js").read_text(encoding="utf-8")
DIRECTIONS = {"ar": "rtl", "fa": "rtl", "he": "rtl", "ur": "rtl"}


@dataclass(frozen=True)
class Call:
    """One request of the page for an answer."""

    page: Page
    number: int

    async def _do(self, method: str, *arguments: Any) -> None:
        await self.page.evaluate(
            "([number, method, args]) => window.wire[number][method](...args)",
            [self.number, method, list(arguments)],
        )

    async def look(self, name: str) -> Any:
        return await self.page.evaluate("([number, name]) => window.wire[number][name]", [self.number, name])

    async def lose(self) -> None:
        await self._do("lose")

    async def cut(self) -> None:
        await self._do("cut")

    async def end(self) -> None:
        await self._do("end")

    async def refuse(self, status: int, code: str, detail: str, **headers: str) -> None:
        problem = json.dumps({"status": status, "code": code, "detail": detail})
        await self.answer(status, "application/problem+json", problem, **headers)

    async def answer(self, status: int, type: str, text: str, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await self._do("reply", status, type, text, named)

    async def begin(self, language: str = "en") -> None:
        """Open the stream and say that the desk has the message."""
        await self._do("begin")
        await self.event("language", **_language(language), decided_by="words", message_id="m", turn_id="t")

    async def event(self, event: str, **data: Any) -> None:
        await self._do("push", f"event: {event}\ndata: {json.dumps(data)}\n\n")

    async def raw(self, text: str) -> None:
        await self._do("push", text)

    async def delta(self, text: str) -> None:
        await self.event("delta", text=text)

    async def done(self, reply: str, language: str = "en", citations: Any = ()) -> None:
        await self.event(
            "done", message_id="msg_1", reply=reply, citations=list(citations), **_language(language)
        )


def _language(code: str) -> dict[str, str]:
    return {"language_code": code, "direction": DIRECTIONS.get(code, "ltr")}


async def call(page: Page, number: int = 0) -> Call:
    """Wait for the page's `number`th request for an answer, counted from 0."""
    await page.wait_for_function("number => window.wire.length > number", arg=number)
    return Call(page, number)


async def say(page: Page, text: str) -> None:
    """Write a message and send it by Enter."""
    await page.get_by_role("textbox").fill(text)
    await page.get_by_role("textbox").press("Enter")


def replies(page: Page) -> Locator:
    """The replies on the page, without the greeting."""
    return page.locator("#messages .reply")


def customers(page: Page) -> Locator:
    """The customer's messages on the page."""
    return page.locator("#messages .customer")


async def kept(page: Page) -> Any:
    """The conversation and its token, as the page keeps them."""
    return await page.evaluate("JSON.parse(localStorage.getItem('dragoman.chat')).conversation")


async def log_of(page: Page, desk: OpenDesk) -> list[tuple[str, Any]]:
    """The kinds and data of the conversation's events, as the desk has them."""
    conversation = await kept(page)
    response = await desk.client.get(
        f"/api/v1/conversations/{conversation['conversation_id']}",
        headers={"Authorization": f"Bearer {conversation['token']}"},
    )
    return [(event["kind"], event["data"]) for event in response.json()["events"]]


async def until(condition: Callable[[], Awaitable[Any]]) -> Any:
    """Wait until the condition gives something, and return that; the test's own limit ends a wait in vain."""
    while True:
        if found := await condition():
            return found
        await asyncio.sleep(0.01)
