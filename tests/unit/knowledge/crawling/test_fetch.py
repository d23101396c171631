import asyncio
import gzip
import zlib
from collections.abc import AsyncGenerator

import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from dragoman.knowledge.crawling import addresses, urls
from dragoman.knowledge.crawling.base import MEGABYTE, CrawlLimits, Seen
from dragoman.knowledge.crawling.fetch import Fetched, Fetcher
from dragoman.nouns.errors import KnowledgeRefusedError

from .site import site

LIMITS = CrawlLimits(max_bytes=MEGABYTE, page_seconds=10)


async def public(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def anywhere(_url: str) -> None:
    pass


async def fetch(url: str, *, seen: Seen | None = None, limits: CrawlLimits = LIMITS) -> Fetched:
    async with Fetcher(limits=limits, resolve=public, allow_private=True) as fetcher:
        return await fetcher.fetch(url, seen=seen, may_go=anywhere)


def packed(data: bytes, encoding: str) -> Response:
    return Response(data, headers={"content-encoding": encoding}, media_type="text/html")


async def test_what_a_server_says_of_a_page() -> None:
    answer = Response(
        "x", headers={"ETag": '"1"', "Last-Modified": "Mon"}, media_type="TEXT/HTML; a=b; charset=UTF-8"
    )
    async with site({"/a": answer}) as here:
        found = await fetch(f"{here.url}/a")
        assert here.headers["/a"]["user-agent"].startswith("Dragoman/")
    assert found == Fetched(f"{here.url}/a", 200, b"x", "text/html; charset=utf-8", '"1"', "Mon")


async def test_a_page_is_asked_for_only_if_it_has_changed() -> None:
    def page(request: Request) -> Response:
        return Response(status_code=304 if request.headers.get("if-none-match") == '"1"' else 200)

    async with site({"/a": page}) as here:
        assert (await fetch(f"{here.url}/a", seen=Seen('"1"', "Mon"))).status == 304
        assert here.headers["/a"]["if-modified-since"] == "Mon"
        assert (await fetch(f"{here.url}/a")).status == 200


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(b"hello " * 1000)),
        ("x-gzip", gzip.compress(b"hello " * 500) + gzip.compress(b"hello " * 500)),
        ("deflate", zlib.compress(b"hello " * 1000)),
    ],
)
async def test_packed_bodies(encoding: str, data: bytes) -> None:
    async with site({"/a": packed(data, encoding)}) as here:
        assert (await fetch(f"{here.url}/a")).data == b"hello " * 1000


async def test_a_bomb_is_refused_as_it_unpacks() -> None:
    async with site({"/a": packed(gzip.compress(bytes(200 * MEGABYTE)), "gzip")}) as here:
        with pytest.raises(KnowledgeRefusedError, match="larger than 1 MB"):
            await fetch(f"{here.url}/a")


async def test_a_body_of_unknown_length_is_refused_as_it_comes() -> None:
    async def long() -> AsyncGenerator[bytes]:
        for _ in range(64):
            yield b"x" * 65536

    async with site({"/a": lambda _: StreamingResponse(long(), media_type="text/html")}) as here:
        with pytest.raises(KnowledgeRefusedError, match="larger than 1 MB"):
            await fetch(f"{here.url}/a")


@pytest.mark.parametrize(("encoding", "reason"), [("br", "not asked for"), ("gzip", "cannot be fetched")])
async def test_what_cannot_be_unpacked(encoding: str, reason: str) -> None:
    async with site({"/a": packed(b"no gzip", encoding)}) as here:
        with pytest.raises(KnowledgeRefusedError, match=reason):
            await fetch(f"{here.url}/a")


async def test_redirects_end() -> None:
    async with site({"/a": RedirectResponse("/a")}) as here:
        with pytest.raises(KnowledgeRefusedError, match="more than 5 times"):
            await fetch(f"{here.url}/a")
        assert len(here.asked) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://user@x.example/", "gopher://x.example/"])
async def test_redirects_to_what_is_no_page(target: str) -> None:
    async with site({"/a": Response(status_code=302, headers={"location": target})}) as here:
        with pytest.raises(KnowledgeRefusedError):
            await fetch(f"{here.url}/a")


async def test_a_slow_page_is_given_up() -> None:
    given_up = asyncio.Event()

    async def slow() -> AsyncGenerator[bytes]:
        yield b"x"
        await given_up.wait()

    async with site({"/a": lambda _: StreamingResponse(slow(), media_type="text/html")}) as here:
        with pytest.raises(KnowledgeRefusedError, match=r"in time|did not come"):
            await fetch(f"{here.url}/a", limits=CrawlLimits(page_seconds=0.3))
        given_up.set()


async def test_no_server() -> None:
    with pytest.raises(KnowledgeRefusedError, match="cannot be fetched"):
        await fetch("http://a.example:1/")


class Names:
    """A name server that says something else each time."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def test_a_redirect_into_the_private_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The outer host is on this machine, which for once counts as public."""
    async with site({"/a": RedirectResponse("http://inner.example/b")}) as here:
        port = here.url.rsplit(":", 1)[1]

        async def resolve(host: str, _port: int) -> list[str]:
            return ["127.0.0.1"] if host == "outer.example" else ["10.0.0.1"]

        monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
        monkeypatch.setattr(urls, "_PORTS", frozenset({int(port)}))
        async with Fetcher(limits=LIMITS, resolve=resolve, allow_private=False) as fetcher:
            with pytest.raises(KnowledgeRefusedError, match=r"inner\.example is inside a private network"):
                await fetcher.fetch(f"http://outer.example:{port}/a", may_go=anywhere)
    assert here.asked == ["/a"]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.1", "100.64.0.1", "64:ff9b::7f00:1"],
)
async def test_a_name_that_stands_for_a_private_address_is_refused(address: str) -> None:
    names = Names([address])
    async with Fetcher(limits=LIMITS, resolve=names, allow_private=False) as fetcher:
        with pytest.raises(KnowledgeRefusedError, match="private network"):
            await fetcher.fetch("http://rebind.example/", may_go=anywhere)
    assert names.asked == 1


async def test_the_checked_address_is_the_one_connected_to() -> None:
    """A name is looked up once for a request: what a name server says a moment later is never heard."""
    async with site({"/a": "x"}) as here:
        names = Names(["127.0.0.1"], ["10.0.0.1"])
        port = here.url.rsplit(":", 1)[1]
        async with Fetcher(limits=LIMITS, resolve=names, allow_private=True) as fetcher:
            found = await fetcher.fetch(f"http://rebind.example:{port}/a", may_go=anywhere)
        assert (found.status, names.asked) == (200, 1)
        assert here.headers["/a"]["host"] == f"rebind.example:{port}"


async def test_the_second_address_is_tried_where_the_first_does_not_answer() -> None:
    async with site({"/a": "x"}) as here:
        names = Names(["127.0.0.2", "127.0.0.1"])
        port = here.url.rsplit(":", 1)[1]
        async with Fetcher(limits=LIMITS, resolve=names, allow_private=True) as fetcher:
            assert (await fetcher.fetch(f"http://two.example:{port}/a", may_go=anywhere)).status == 200
