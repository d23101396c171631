"""Chromium for tests of pages. A page that a visitor's browser complains about fails its test."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright

from dragoman.testing.pytest_desk import OpenDesk

# The system's browser where there is one; else the one that Playwright has downloaded.
NAMES = ("chromium", "chromium-browser", "google-chrome")
# The first since tests may run as root; the others keep the browser from calling home.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# What Chromium writes whenever a request fails; tests that make requests fail expect it.
FAILED_REQUEST = "Failed to load resource"


class Visits:
    """Opens the desk's pages as visitors would, and watches over them.

    Attributes:
        complaints: what the browsers complained of so far: errors and warnings on the console (violations of
            the content security policy are among them), uncaught exceptions, requests to other hosts.
        failing_requests: set where a test makes requests fail on purpose.
    """

    def __init__(self, browser: Browser, url: str, stack: AsyncExitStack) -> None:
        self.complaints: list[str] = []
        self.failing_requests = False
        self._browser = browser
        self._url = url
        self._stack = stack

    async def __call__(self, *, locale: str = "en", script: str | None = None, **options: Any) -> Page:
        """Open the chat page in a browser profile of its own.

        Args:
            locale: the language the browser asks for.
            script: JavaScript that runs before the page's own.
            options: further options of Playwright's `new_context`, such as `viewport` or `color_scheme`.
        """
        context = await self._browser.new_context(locale=locale, **options)
        self._stack.push_async_callback(context.close)
        self._watch(context)
        if script is not None:
            await context.add_init_script(script)
        page = await context.new_page()
        await page.goto(f"{self._url}/")
        return page

    def _watch(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        expected = self.failing_requests and message.text.startswith(FAILED_REQUEST)
        if message.type in {"error", "warning"} and not expected:
            self.complaints.append(f"{message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(f"{self._url}/"):
            self.complaints.append(f"request to another host: {request.url}")


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """One Chromium for all tests."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def opening(browser: Browser, url: str) -> AsyncGenerator[Visits]:
    """Open pages of the desk at `url`; leaving the context fails if a browser complained."""
    async with AsyncExitStack() as stack:
        visits = Visits(browser, url, stack)
        yield visits
    assert visits.complaints == []


@pytest.fixture
async def visit(browser: Browser, desk: OpenDesk) -> AsyncGenerator[Visits]:
    """Opens pages of `desk`."""
    async with opening(browser, desk.url) as visits:
        yield visits
