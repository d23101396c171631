"""What a crawl finds, and how far it may go."""

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class CrawlLimits:
    """How far a crawl goes.

    Attributes:
        max_pages: pages fetched, refused ones included.
        max_depth: links followed from the start page; 0 takes that page alone, without the site's map.
        max_bytes: size of one page, unpacked.
        seconds: time for all of it; what is not fetched by then is left.
        page_seconds: time for one page.
        delay: the pause between two requests in seconds, where robots.txt asks for none.
    """

    max_pages: int = 200
    max_depth: int = 3
    max_bytes: int = 20 * MEGABYTE
    seconds: float = 1800.0
    page_seconds: float = 30.0
    delay: float = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page's server said of its version the last time, for asking whether it has changed."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was fetched.

    Attributes:
        url: its address in its one canonical form, after redirects.
        data: its bytes, unpacked.
        media_type: as its server says, in small letters, with the `charset` if it names one, or None.
        digest: SHA-256 of `data`, hexadecimal.
        etag, last_modified: its version as its server names it, to be handed to the next crawl as `Seen`.
        depth: links between the start page and this one.
    """

    url: str
    data: bytes
    media_type: str | None
    digest: str
    etag: str | None = None
    last_modified: str | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class PageUnchanged:
    """A page of the last crawl that its server says is still the same."""

    url: str


@dataclass(frozen=True, slots=True)
class PageRefused:
    """A page that was not taken.

    Attributes:
        url: its address.
        reason: one line that says why, for the person who started the crawl.
        gone: True where the server says that there is no such page (404, 410).
    """

    url: str
    reason: str
    gone: bool = False
