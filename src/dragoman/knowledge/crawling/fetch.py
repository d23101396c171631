"""One address fetched: redirects looked at one by one, the body counted as it unpacks."""

import asyncio
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType
from typing import Self

import httpx

from dragoman.knowledge.crawling.addresses import Resolve
from dragoman.knowledge.crawling.base import MEGABYTE, CrawlLimits, Seen
from dragoman.knowledge.crawling.transport import CheckedTransport
from dragoman.knowledge.crawling.urls import canonical
from dragoman.nouns.errors import KnowledgeRefusedError

AGENT = "Dragoman"
"""The name by which robots.txt may speak to this crawler."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
# zlib's own window, with either of its headers.
_GZIP_OR_ZLIB = 47
_BLOCK = 1 << 18
_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)\s*(?:;.*?charset\s*=\s*\"?([\w.:-]+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered: after redirects, unpacked, empty unless its status is 200.

    `media_type` is in small letters, with the `charset` that the server names, or None.
    """

    url: str
    status: int
    data: bytes
    media_type: str | None
    etag: str | None
    last_modified: str | None


class Fetcher:
    """Fetches addresses, within limits; to be used as a context.

    Args:
        limits: size and time of one page.
        resolve: looks hosts up.
        allow_private: True lets any address through.
    """

    def __init__(self, *, limits: CrawlLimits, resolve: Resolve, allow_private: bool) -> None:
        self._limits = limits
        self._client = httpx.AsyncClient(
            transport=CheckedTransport(resolve=resolve, allow_private=allow_private),
            headers={
                "User-Agent": f"{AGENT}/{version('dragoman')}",
                "Accept-Encoding": "gzip",
                "Accept": "*/*",
            },
            timeout=httpx.Timeout(limits.page_seconds, connect=min(10.0, limits.page_seconds)),
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def fetch(self, url: str, *, seen: Seen | None = None, may_go: Callable[[str], None]) -> Fetched:
        """Fetch a canonical address.

        Args:
            url: the address.
            seen: its version the last time; the answer's status is 304 where it still is the same.
            may_go: raises `KnowledgeRefusedError` for an address to which a redirect must not lead.

        Raises:
            KnowledgeRefusedError: it may not be reached, does not answer, takes too long or is too large.
        """
        try:
            async with asyncio.timeout(self._limits.page_seconds):
                return await self._follow(url, _conditions(seen), may_go)
        except TimeoutError as error:
            raise KnowledgeRefusedError(f"it did not come within {self._limits.page_seconds:g} s") from error
        except httpx.TimeoutException as error:
            raise KnowledgeRefusedError("its server does not answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL, zlib.error) as error:
            raise KnowledgeRefusedError(f"it cannot be fetched ({type(error).__name__})") from error

    async def _follow(self, url: str, headers: Mapping[str, str], may_go: Callable[[str], None]) -> Fetched:
        for _ in range(_MOST_REDIRECTS + 1):
            async with self._client.stream("GET", url, headers=headers) as response:
                target = response.headers.get("location")
                if response.status_code not in _REDIRECTS or not target:
                    return await self._answer(url, response)
            url = canonical(str(httpx.URL(url).join(target)))
            may_go(url)
        raise KnowledgeRefusedError(
            f"it leads from one address to the next more than {_MOST_REDIRECTS} times"
        )

    async def _answer(self, url: str, response: httpx.Response) -> Fetched:
        data = await self._body(response) if response.status_code == 200 else b""
        headers = response.headers
        return Fetched(
            url=url,
            status=response.status_code,
            data=data,
            media_type=_media_type(headers.get("content-type", "")),
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
        )

    async def _body(self, response: httpx.Response) -> bytes:
        """Read a body, counting what it unpacks to before any more of it is unpacked."""
        most = self._limits.max_bytes
        unpack = _unpacker(response.headers.get("content-encoding", ""))
        body = bytearray()
        async for block in response.aiter_raw(_BLOCK):
            for piece in unpack(block, most + 1 - len(body)):
                body += piece
                if len(body) > most:
                    raise KnowledgeRefusedError(f"it is larger than {most / MEGABYTE:g} MB")
        return bytes(body)


def _conditions(seen: Seen | None) -> Mapping[str, str]:
    found = {"If-None-Match": seen and seen.etag, "If-Modified-Since": seen and seen.last_modified}
    return {name: value for name, value in found.items() if value}


def _media_type(header: str) -> str | None:
    found = _TYPE.match(header)
    if not found:
        return None
    charset = f"; charset={found[2].lower()}" if found[2] else ""
    return found[1].lower() + charset


def _unpacker(encoding: str) -> "Callable[[bytes, int], list[bytes]]":
    """Return what unpacks a block of a body into at most so many bytes."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return lambda block, _most: [block]
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise KnowledgeRefusedError(f"its server packs it in a way that was not asked for ({encoding[:20]})")
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)

    def unpack(block: bytes, most: int) -> list[bytes]:
        nonlocal unpacking
        pieces: list[bytes] = []
        while block and most > 0:
            pieces.append(unpacking.decompress(block, most))
            most -= len(pieces[-1])
            block = unpacking.unconsumed_tail
            if unpacking.eof:  # A gzip file may be several, one after another.
                block, unpacking = unpacking.unused_data, zlib.decompressobj(_GZIP_OR_ZLIB)
        return pieces

    return unpack
