"""What a site asks of crawlers, and the pages that it lists for them."""

import asyncio
from collections.abc import Callable, Sequence
from urllib.parse import urljoin

from protego import Protego

from dragoman.knowledge.crawling.fetch import AGENT, Fetched, Fetcher
from dragoman.knowledge.crawling.urls import canonical, site_of
from dragoman.knowledge.reading.base import MEGABYTE, ReadLimits
from dragoman.knowledge.reading.read import work
from dragoman.nouns.errors import KnowledgeRefusedError

# RFC 9309, 2.5: at least 500 KiB are to be read.
_ROBOTS_BYTES = 512 * 1024
_LONGEST_DELAY = 30.0
_MOST_MAPS = 20
_MAP_LIMITS = ReadLimits(unpacked_bytes=50 * MEGABYTE, memory_bytes=512 * MEGABYTE, seconds=20)


class Robots:
    """A site's robots.txt (RFC 9309).

    Args:
        text: its text; an empty one allows everything.
        closed: True where the site's server is in trouble, so that nothing may be fetched now (RFC 9309, 2.3.1.4).
    """

    def __init__(self, text: str, *, closed: bool = False) -> None:
        self._rules = Protego.parse(text)
        self._closed = closed

    def check(self, url: str) -> None:
        """Refuse an address that the site asks crawlers not to fetch.

        Raises:
            KnowledgeRefusedError: it does.
        """
        if self._closed:
            raise KnowledgeRefusedError(
                "the site's robots.txt cannot be fetched, its server has an error; try later"
            )
        if not self._rules.can_fetch(url, AGENT):
            raise KnowledgeRefusedError("the site's robots.txt asks crawlers not to fetch it")

    def delay(self, least: float) -> float:
        """Return the pause between two requests, in seconds: what the site asks for, within reason."""
        return max(least, min(self._rules.crawl_delay(AGENT) or 0.0, _LONGEST_DELAY))

    @property
    def maps(self) -> Sequence[str]:
        """The addresses of the site's maps that it names."""
        return list(self._rules.sitemaps)


async def robots_of(url: str, fetcher: Fetcher) -> Robots:
    """Fetch the robots.txt of the site at `url`.

    Raises:
        KnowledgeRefusedError: the site cannot be reached, or must not be.
    """
    fetched = await fetcher.fetch(canonical(urljoin(url, "/robots.txt")), may_go=_anywhere)
    text = fetched.data[:_ROBOTS_BYTES].decode("utf-8", "replace")
    # A page that says "not found" with status 200 is no robots.txt.
    is_page = (fetched.media_type or "").startswith("text/html")
    return await asyncio.to_thread(Robots, "" if is_page else text, closed=fetched.status >= 500)


def _anywhere(_url: str) -> None:
    """Let a redirect lead anywhere: robots.txt may stand on another host (RFC 9309, 2.3.1.2)."""


async def mapped_pages(
    url: str, robots: Robots, fetcher: Fetcher, *, most: int, may_go: Callable[[str], None]
) -> Sequence[str]:
    """Return up to `most` pages of the site at `url` that its maps list, indexes of maps followed. What is broken is passed over."""
    waiting = list(dict.fromkeys([*robots.maps, urljoin(url, "/sitemap.xml")]))
    done: set[str] = set()
    pages: dict[str, None] = {}
    while waiting and len(done) < _MOST_MAPS and len(pages) < most:
        address = waiting.pop(0)
        if address in done or site_of(address) != site_of(url):
            continue
        done.add(address)
        try:
            fetched = await fetcher.fetch(canonical(address), may_go=may_go)
            listed = await _listed(fetched)
        except KnowledgeRefusedError:
            continue
        waiting += listed["maps"]
        pages.update(dict.fromkeys(listed["pages"]))
    return list(pages)[:most]


async def _listed(fetched: Fetched) -> dict[str, list[str]]:
    if not fetched.data:
        return {"maps": [], "pages": []}
    return await work("sitemap", fetched.data, {}, _MAP_LIMITS)
