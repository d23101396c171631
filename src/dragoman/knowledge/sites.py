"""Sites: crawled, and followed as their pages change."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from dragoman.knowledge.crawling.addresses import Resolve, system_resolve
from dragoman.knowledge.crawling.base import CrawlLimits, Page, PageRefused, PageUnchanged, Seen
from dragoman.knowledge.crawling.crawl import crawl
from dragoman.knowledge.crawling.urls import canonical
from dragoman.knowledge.library import FolderTaken, Library, Told
from dragoman.nouns.documents import Source, Taken
from dragoman.nouns.errors import OperatorError


async def add_site(
    library: Library,
    start_url: str,
    *,
    limits: CrawlLimits = CrawlLimits(),  # noqa: B008 - frozen
    allow_private: bool = False,
    resolve: Resolve = system_resolve,
    told: Told | None = None,
) -> FolderTaken:
    """Crawl a site and take its pages in; those that are gone from it are removed, those that did not change left alone.

    Args:
        library: what takes them in.
        start_url: where to begin; with `max_depth=0` the only page.
        limits: how far to go.
        allow_private: True also reaches into private networks.
        resolve: looks hosts up.
        told: hears how many pages were looked at, of how many at most, and which one.

    Raises:
        KnowledgeRefusedError: the start page may not be fetched, or could not be.
        StorageUnavailableError: the database cannot be reached.
    """
    start = canonical(start_url)
    known = {
        source.location: Seen(source.etag, source.last_modified)
        for source in await library.storage.sources(found_in=start)
    }
    visit = _Visit(library, start, known)
    results = crawl(start, limits=limits, allow_private=allow_private, known=known, resolve=resolve)
    looked_at = 0
    async for result in results:
        looked_at += 1
        await visit.take(result)
        if told is not None:
            told(looked_at, max(limits.max_pages, looked_at), result.url)
    return visit.report()


class _Visit:
    """One crawl of a site, result by result."""

    def __init__(self, library: Library, start: str, known: dict[str, Seen]) -> None:
        self._library = library
        self._start = start
        self._known = known
        self._taken: list[Taken] = []
        self._refused: list[tuple[str, str]] = []
        self._removed: list[str] = []

    async def take(self, result: Page | PageUnchanged | PageRefused) -> None:
        if isinstance(result, Page):
            await self._take_page(result)
        elif isinstance(result, PageUnchanged):
            await self._library.storage.checked(result.url)
            self._taken.append(Taken(result.url, "unchanged"))
        elif result.gone and result.url in self._known:
            await self._library.storage.remove_sources([result.url])
            self._removed.append(result.url)
        else:
            self._refused.append((result.url, result.reason))

    def report(self) -> FolderTaken:
        if not self._taken and not self._removed:
            reason = self._refused[0][1] if self._refused else "it has no page that may be read"
            raise OperatorError(f"{self._start}: {reason}")
        return FolderTaken(tuple(self._taken), tuple(self._refused), tuple(self._removed))

    async def _take_page(self, page: Page) -> None:
        source = Source(
            "page",
            page.url,
            page.digest,
            len(page.data),
            page.media_type or "",
            found_in=self._start,
            etag=page.etag,
            last_modified=page.last_modified,
        )
        try:
            self._taken.append(
                await self._library.add_source(source, page.data, name=_name(page.url), url=page.url)
            )
        except OperatorError as error:
            self._refused.append((page.url, str(error)))


def _name(url: str) -> str:
    """Return the last part of an address's path, else its host: what its file would be called."""
    parts = urlsplit(url)
    return PurePosixPath(parts.path).name or parts.hostname or url
