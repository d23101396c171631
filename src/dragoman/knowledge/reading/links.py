"""What a crawl needs of a page or a site's map: the addresses in it. Runs in the limited process only."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.parsers import expat

from dragoman.knowledge.reading.encoding import decode
from dragoman.knowledge.reading.tree import Element, html_tree
from dragoman.nouns.errors import KnowledgeRefusedError

_MOST_LINKS = 5_000
_MOST_ADDRESSES = 50_000
"""Addresses of one site map (sitemaps.org, "Sitemap file requirements")."""
_LONGEST = 2_048
_GZIP = b"\x1f\x8b"
_NOINDEX = re.compile(r"\b(?:noindex|none)\b", re.IGNORECASE)
_NOFOLLOW = re.compile(r"\b(?:nofollow|none)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Links:
    """What a page says to a crawler.

    Attributes:
        links: the addresses that it links to, absolute, in order, each once.
        indexed: False where it asks not to be kept (`<meta name="robots" content="noindex">`).
    """

    links: tuple[str, ...]
    indexed: bool


@dataclass(frozen=True, slots=True)
class SiteMap:
    """A site's map: the pages it lists, and further maps where it is an index of maps."""

    pages: tuple[str, ...]
    maps: tuple[str, ...]


def links_of(data: bytes, url: str, charset: str | None = None) -> Links:
    """Return what the HTML page at `url` says to a crawler."""
    root = html_tree(decode(data, charset=charset, declared=True)[0])
    if root is None:
        return Links((), indexed=True)
    base = root.find(".//base[@href]")
    base_url = url if base is None else _joined(url, base.get("href")) or url
    asked = " ".join(
        meta.get("content") or ""
        for meta in root.iter("meta")
        if (meta.get("name") or "").lower() == "robots"
    )
    found = () if _NOFOLLOW.search(asked) else tuple(dict.fromkeys(_found(root, base_url)))
    return Links(found[:_MOST_LINKS], indexed=not _NOINDEX.search(asked))


def _found(root: Element, base_url: str) -> Iterator[str]:
    for link in root.iter("a", "area"):
        followed = "nofollow" not in (link.get("rel") or "").lower()
        address = _joined(base_url, link.get("href")) if followed and link.get("href") else None
        if address:
            yield address


def _joined(base: str, href: str | None) -> str | None:
    """Return an absolute address of the web, or None: of another kind, broken, or longer than servers take."""
    try:
        address = urljoin(base, (href or "").strip())
    except ValueError:
        return None
    return (
        address if address.lower().startswith(("http://", "https://")) and len(address) <= _LONGEST else None
    )


def sitemap_of(data: bytes, unpacked_bytes: int) -> SiteMap:
    """Return what a site's map lists: XML (sitemaps.org) or plain lines, packed with gzip or not.

    Raises:
        KnowledgeRefusedError: it is broken, unpacks to too much, or defines entities.
    """
    if data.startswith(_GZIP):
        data = _unpacked(data, unpacked_bytes)
    if not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        lines = decode(data)[0].split()
        return SiteMap(tuple(filter(None, (_joined("", line) for line in lines[:_MOST_ADDRESSES]))), ())
    return _from_xml(data)


def _unpacked(data: bytes, most: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            unpacked = file.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise KnowledgeRefusedError("its compression is damaged") from error
    if len(unpacked) > most:
        raise KnowledgeRefusedError("it unpacks to far more than it should (a decompression bomb)")
    return unpacked


def _from_xml(data: bytes) -> SiteMap:
    """Read the `<loc>` of each `<url>` and `<sitemap>` as it comes; no tree is built, no entity is ever defined."""
    found: dict[str, list[str]] = {"url": [], "sitemap": []}
    inside: list[str] = []
    text: list[str] = []

    def start(name: str, _attributes: object) -> None:
        inside.append(name.rsplit(":", 1)[-1].lower())
        text.clear()

    def end(_name: str) -> None:
        if inside[-1] == "loc" and len(inside) > 1 and inside[-2] in found:
            address = _joined("", "".join(text))
            if address and len(found[inside[-2]]) < _MOST_ADDRESSES:
                found[inside[-2]].append(address)
        inside.pop()

    def entity(*_what: object) -> None:
        raise KnowledgeRefusedError("it defines entities, which no site map needs")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = start, end, entity
    parser.CharacterDataHandler = text.append
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise KnowledgeRefusedError("it is no proper XML") from error
    return SiteMap(tuple(found["url"]), tuple(found["sitemap"]))
