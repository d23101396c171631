"""A page, or a site from a page on, fetched one page after another."""

import asyncio
import hashlib
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from dragoman.knowledge.crawling.addresses import Resolve, system_resolve
from dragoman.knowledge.crawling.base import CrawlLimits, Page, PageRefused, PageUnchanged, Seen
from dragoman.knowledge.crawling.fetch import Fetched, Fetcher
from dragoman.knowledge.crawling.robots import Robots, mapped_pages, robots_of
from dragoman.knowledge.crawling.urls import canonical, site_of
from dragoman.knowledge.reading.base import MEGABYTE, ReadLimits
from dragoman.knowledge.reading.kinds import Format, format_of
from dragoman.knowledge.reading.read import work
from dragoman.nouns.errors import KnowledgeRefusedError

_DEFAULT = CrawlLimits()
_NONE_KNOWN: Mapping[str, Seen] = MappingProxyType({})
_LINK_LIMITS = ReadLimits(memory_bytes=512 * MEGABYTE, seconds=20)
_MOST_WAITING = 20_000
# What needs no fetching to know that it is no text.
_NOT_TEXT = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|css|js|mjs|map|json|xml|rss|atom|woff2?|ttf|eot|mp[34]|m4[av]|webm|ogg|wav|avi"
    r"|mov|zip|gz|tgz|bz2|7z|rar|exe|msi|dmg|apk|iso|deb|rpm|doc|xls|ppt|ics|vcf)$",
    re.IGNORECASE,
)

Result = Page | PageUnchanged | PageRefused


async def crawl(
    start_url: str,
    *,
    limits: CrawlLimits = _DEFAULT,
    allow_private: bool = False,
    known: Mapping[str, Seen] = _NONE_KNOWN,
    resolve: Resolve = system_resolve,
) -> AsyncIterator[Result]:
    """Fetch a page and, as far as `limits` allow, the pages of its site that it leads to or that the site's map lists.

    Only pages of the same host are fetched (`www.` or not, and where the start page redirects to), only what
    robots.txt allows, one at a time with a pause between. A page comes once, whatever its links write. One that
    cannot be taken comes as `PageRefused`; the crawl goes on.

    Args:
        start_url: where to begin.
        limits: how far to go; `max_depth=0` fetches one page.
        allow_private: True also fetches from private networks, and at any port.
        known: the pages of the last crawl by canonical address, to be asked for only if they have changed. They are
            visited even if no link leads to them any more, so that it comes to light that they are gone.
        resolve: looks hosts up.

    Raises:
        KnowledgeRefusedError: the start address is none, its host is unknown, or inside a private network.
    """
    start = canonical(start_url)
    async with Fetcher(limits=limits, resolve=resolve, allow_private=allow_private) as fetcher:
        run = _Crawl(start, limits, known, fetcher)
        await run.begin()
        while (waiting := run.next()) is not None:
            result = await run.visit(*waiting)
            if result is not None:
                yield result


class _Crawl:
    """Where a crawl stands: what waits, what has been seen, what the site asks for."""

    def __init__(self, start: str, limits: CrawlLimits, known: Mapping[str, Seen], fetcher: Fetcher) -> None:
        self._start = start
        self._site = site_of(start)
        self._limits = limits
        self._known = known
        self._fetcher = fetcher
        self._robots = Robots("")
        self._waiting: deque[tuple[str, int]] = deque([(start, 0)])
        self._met = {start}
        self._fetched = 0
        self._ends = time.monotonic() + limits.seconds
        self._not_before = 0.0

    async def begin(self) -> None:
        """Read what the start's site asks of crawlers."""
        self._robots = await robots_of(self._start, self._fetcher)

    def next(self) -> tuple[str, int] | None:
        """Return the next address and its depth, or None where the crawl ends."""
        over = self._fetched >= self._limits.max_pages or time.monotonic() > self._ends
        return self._waiting.popleft() if self._waiting and not over else None

    async def visit(self, url: str, depth: int) -> Result | None:
        """Fetch one page; None where it turns out to be one that has come already."""
        try:
            self._robots.check(url)
            await self._pause()
            self._fetched += 1
            fetched = await self._fetcher.fetch(url, seen=self._known.get(url), may_go=self._may_go(url))
            if url == self._start:
                await self._settle(fetched)
            if fetched.url != url and fetched.url in self._met:
                return None
            self._met.add(fetched.url)
            return await self._result(fetched, depth)
        except KnowledgeRefusedError as error:
            return PageRefused(url, str(error))

    async def _pause(self) -> None:
        await asyncio.sleep(max(0.0, self._not_before - time.monotonic()))
        self._not_before = time.monotonic() + self._robots.delay(self._limits.delay)

    def _may_go(self, asked: str) -> "_Way":
        return _Way(None if asked == self._start else self._site, self._robots)

    async def _settle(self, fetched: Fetched) -> None:
        """Take the site to be where the start page really is, and put its known and listed pages in line."""
        if site_of(fetched.url) != self._site or urlsplit(fetched.url).netloc != urlsplit(self._start).netloc:
            self._site = site_of(fetched.url)
            self._robots = await robots_of(fetched.url, self._fetcher)
            self._robots.check(fetched.url)
        if self._limits.max_depth > 0:
            listed = await mapped_pages(
                fetched.url,
                self._robots,
                self._fetcher,
                most=_MOST_WAITING,
                may_go=_Way(self._site, self._robots),
            )
            # Known pages first: it has to come to light when they have changed or gone.
            for url in self._known:
                self._put_in_line(url, self._limits.max_depth)
            for url in listed:
                self._put_in_line(url, 1)

    def _put_in_line(self, url: str, depth: int) -> None:
        try:
            url = canonical(url)
        except KnowledgeRefusedError:
            return
        full = len(self._waiting) >= _MOST_WAITING
        if full or url in self._met or site_of(url) != self._site or _NOT_TEXT.search(urlsplit(url).path):
            return
        self._met.add(url)
        self._waiting.append((url, depth))

    async def _result(self, fetched: Fetched, depth: int) -> Result:
        if fetched.status == 304:
            return PageUnchanged(fetched.url)
        if fetched.status != 200:
            reason = f"its server answered with status {fetched.status}"
            return PageRefused(fetched.url, reason, gone=fetched.status in (404, 410))
        form = format_of(fetched.url, fetched.media_type)
        if form is Format.HTML:
            await self._follow_links(fetched, depth)
        return Page(
            url=fetched.url,
            data=fetched.data,
            media_type=fetched.media_type,
            digest=hashlib.sha256(fetched.data).hexdigest(),
            etag=fetched.etag,
            last_modified=fetched.last_modified,
            depth=depth,
        )

    async def _follow_links(self, fetched: Fetched, depth: int) -> None:
        """Put a page's links in line.

        Raises:
            KnowledgeRefusedError: the page asks not to be kept.
        """
        if not fetched.data:
            return
        found = await work(
            "links", fetched.data, {"url": fetched.url, "media_type": fetched.media_type}, _LINK_LIMITS
        )
        if depth < self._limits.max_depth:
            for url in found["links"]:
                self._put_in_line(url, depth + 1)
        if not found["indexed"]:
            raise KnowledgeRefusedError('it asks not to be kept (<meta name="robots" content="noindex">)')


class _Way:
    """Says where a redirect may lead: within the site, and to what robots.txt allows; the start page's anywhere."""

    def __init__(self, site: tuple[str, int] | None, robots: Robots) -> None:
        self._site = site
        self._robots = robots

    def __call__(self, url: str) -> None:
        if self._site is None:
            return
        if site_of(url) != self._site:
            raise KnowledgeRefusedError(f"it leads to another site ({urlsplit(url).hostname})")
        self._robots.check(url)
