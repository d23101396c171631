"""Addresses of pages in one form, so that a page is known again whatever a link writes."""

import re
from urllib.parse import parse_qsl, urlencode

import httpx

from dragoman.nouns.errors import KnowledgeRefusedError

_PORTS = frozenset({80, 443, 8000, 8080, 8443})
"""Ports at which public web pages are served; on others answer services that no crawl should speak to."""

_LONGEST = 2_048
_LAST_PORT = 65_535
_TRACKING = re.compile(
    r"utm_\w+|gclid|dclid|fbclid|msclkid|mc_[ce]id|yclid|igshid|_ga|_gl|ref_src|phpsessid|jsessionid",
    re.IGNORECASE,
)
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")


def canonical(url: str) -> str:
    """Return the one form of a page's address: host in small letters and ASCII, no default port, dot segments
    resolved, no fragment, no user name, no parameters that only track visitors.

    Raises:
        KnowledgeRefusedError: it is no address of a web page.
    """
    url = url.strip()
    if len(url) > _LONGEST or _CONTROL.search(url):
        raise KnowledgeRefusedError("the address is too long, or has signs in it that no address has")
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise KnowledgeRefusedError("it is no address of a web page") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise KnowledgeRefusedError("only addresses that begin with http:// or https:// are fetched")
    if parsed.port is not None and parsed.port > _LAST_PORT:
        raise KnowledgeRefusedError("there is no such port")
    if parsed.userinfo:
        raise KnowledgeRefusedError("an address with a user name in it is not fetched")
    return str(
        parsed.copy_with(
            host=parsed.host.rstrip("."),
            path=_SESSION_PATH.sub("", parsed.path) or "/",
            query=_query(parsed),
            fragment=None,
        )
    )


def _query(url: httpx.URL) -> bytes | None:
    """Return the query without parameters that track; one that has none of them stays as it was written."""
    pairs = parse_qsl(url.query.decode("ascii", "replace"), keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _TRACKING.fullmatch(name)]
    if len(kept) == len(pairs):
        return url.query or None
    return urlencode(kept).encode() or None


def check_port(url: httpx.URL, *, allow_private: bool) -> None:
    """Refuse an address at a port where no public web page is.

    Raises:
        KnowledgeRefusedError: it is at one.
    """
    if not allow_private and url.port is not None and url.port not in _PORTS:
        raise KnowledgeRefusedError(
            f"pages at port {url.port} are only fetched when private addresses are allowed"
        )


def port_of(url: httpx.URL) -> int:
    """Return the port at which an address is served."""
    return url.port or (443 if url.scheme == "https" else 80)


def site_of(url: str) -> tuple[str, int]:
    """Return what two addresses of one site have in common: host, without `www.`, and port; http and https are one."""
    parsed = httpx.URL(url)
    return parsed.host.removeprefix("www."), 0 if parsed.port is None else parsed.port
