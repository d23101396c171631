import gzip
from collections.abc import Mapping

import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dragoman.knowledge.crawling.base import CrawlLimits, Page, PageRefused, PageUnchanged, Seen
from dragoman.knowledge.crawling.crawl import Result, crawl
from dragoman.knowledge.crawling.robots import Robots
from dragoman.nouns.errors import KnowledgeRefusedError

from .site import Answer, Site, site

NO_PAUSE = CrawlLimits(delay=0)


async def results(
    here: Site, limits: CrawlLimits = NO_PAUSE, *, path: str = "/", known: Mapping[str, Seen] | None = None
) -> dict[str, Result]:
    """Return what a crawl finds, by path."""
    found = crawl(here.url + path, limits=limits, allow_private=True, known=known or {})
    return {one.url.removeprefix(here.url): one async for one in found}


def taken(found: Mapping[str, Result]) -> list[str]:
    return [path for path, one in found.items() if isinstance(one, Page)]


LINKED: dict[str, Answer] = {
    "/": '<a href="/a?utm_source=x#y">a</a><a href="a">a</a><a href="/pic.png">p</a><a href="mailto:a@b.example">m</a>'
    '<a href="http://elsewhere.example/">e</a><a href="b" rel="nofollow">b</a>',
    "/a": '<a href="/deep">d</a><a href="/">home</a>',
    "/deep": '<a href="/deeper">d</a>',
    "/deeper": "deep",
}  # fmt: skip


async def test_a_site_is_followed_page_by_page_each_once() -> None:
    async with site(LINKED) as here:
        found = await results(here)
        assert taken(found) == list(found) == ["/", "/a", "/deep", "/deeper"]
        assert [one.depth for one in found.values() if isinstance(one, Page)] == [0, 1, 2, 3]
        assert here.asked == ["/robots.txt", "/", "/sitemap.xml", "/a", "/deep", "/deeper"]
        assert "/b" not in here.asked


async def test_one_page() -> None:
    async with site(LINKED) as here:
        found = await results(here, CrawlLimits(max_depth=0, delay=0))
        assert taken(found) == ["/"]
        assert here.asked == ["/robots.txt", "/"]


async def test_depth_and_number_are_limited() -> None:
    async with site(LINKED) as here:
        assert taken(await results(here, CrawlLimits(max_depth=1, delay=0))) == ["/", "/a"]
        assert taken(await results(here, CrawlLimits(max_pages=3, delay=0))) == ["/", "/a", "/deep"]
        assert taken(await results(here, CrawlLimits(seconds=-1, delay=0))) == []


async def test_robots_txt_is_obeyed() -> None:
    robots = b"User-agent: *\nDisallow: /\n\nUser-agent: dragoman\nDisallow: /private\nAllow: /\n"
    pages = {"/robots.txt": robots, "/": '<a href="/private/x">x</a><a href="/open">o</a>', "/open": "o"}
    async with site(pages) as here:
        found = await results(here)
        assert taken(found) == ["/", "/open"]
        assert isinstance(found["/private/x"], PageRefused)
        assert "robots.txt" in found["/private/x"].reason
        assert "/private/x" not in here.asked


async def test_nothing_is_fetched_where_robots_txt_fails() -> None:
    async with site({"/robots.txt": Response(status_code=503), "/": "x"}) as here:
        found = await results(here)
        assert isinstance(found["/"], PageRefused)
        assert here.asked == ["/robots.txt"]


def test_the_pause_that_robots_txt_asks_for() -> None:
    robots = Robots("User-agent: *\nCrawl-delay: 2\n")
    assert (robots.delay(0.5), robots.delay(3)) == (2.0, 3)
    assert Robots("User-agent: *\nCrawl-delay: 86400\n").delay(0.5) == 30
    assert Robots("").delay(0.5) == 0.5


async def test_the_sites_map_is_read_with_indexes_and_packed() -> None:
    def index(request: Request) -> Response:
        return Response(
            f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>{request.base_url}inner.xml.gz</loc>"
            "</sitemap><sitemap><loc>http://elsewhere.example/map.xml</loc></sitemap></sitemapindex>",
            media_type="application/xml",
        )

    def inner(request: Request) -> Response:
        listed = f"<urlset><url><loc> {request.base_url}listed </loc></url><url><loc>http://elsewhere.example/x</loc></url></urlset>"
        return Response(gzip.compress(listed.encode()), media_type="application/gzip")

    pages: dict[str, Answer] = {"/": "x", "/listed": "y", "/sitemap.xml": index, "/inner.xml.gz": inner}
    async with site(pages) as here:
        assert taken(await results(here)) == ["/", "/listed"]


@pytest.mark.parametrize(
    "map",
    [
        b'<!DOCTYPE x [<!ENTITY a "http://x/"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
        b"<urlset><url><loc>http://x",
        gzip.compress(bytes(100_000_000)),
        b"\x1f\x8bnothing",
        b"<a>" * 100_000,
    ],
)
async def test_a_map_made_to_do_harm_is_passed_over(map: bytes) -> None:
    async with site({"/": '<a href="/a">a</a>', "/a": "a", "/sitemap.xml": map}) as here:
        assert taken(await results(here)) == ["/", "/a"]


async def test_redirects_stay_on_the_site_and_bring_a_page_once() -> None:
    pages: dict[str, Answer] = {
        "/": '<a href="/moved">m</a><a href="/a">a</a><a href="/away">w</a>',
        "/moved": RedirectResponse("/a"),
        "/a": "a",
        "/away": RedirectResponse("http://elsewhere.example/"),
    }
    async with site(pages) as here:
        found = await results(here)
        assert taken(found) == ["/", "/a"]
        assert isinstance(found["/away"], PageRefused)
        assert "another site" in found["/away"].reason


async def test_where_the_start_page_leads_is_the_site() -> None:
    async with site({"/": '<a href="/a">a</a>', "/a": "a"}) as real:
        async with site({"/": RedirectResponse(f"{real.url}/")}) as here:
            found = [one.url async for one in crawl(here.url, limits=NO_PAUSE, allow_private=True)]
        assert found == [f"{real.url}/", f"{real.url}/a"]


async def test_what_has_changed_since_the_last_crawl() -> None:
    def same(request: Request) -> Response:
        if request.headers.get("if-none-match") == '"1"':
            return Response(status_code=304)
        return Response('<a href="/a">a</a>', headers={"etag": '"1"'}, media_type="text/html")

    async with site({"/": same, "/a": "new", "/orphan": "still there"}) as here:
        first = await results(here)
        page = first["/"]
        assert isinstance(page, Page)
        assert page.etag == '"1"'
        known = {
            page.url: Seen(page.etag),
            f"{here.url}/a": Seen(),
            f"{here.url}/orphan": Seen(),
            f"{here.url}/gone": Seen(),
        }
        again = await results(here, known=known)
        assert isinstance(again["/"], PageUnchanged)
        assert taken(again) == ["/a", "/orphan"]
        assert isinstance(again["/gone"], PageRefused)
        assert again["/gone"].gone


async def test_the_digest_tells_whether_a_page_is_the_same() -> None:
    async with site({"/": "x"}) as here:
        digests = {
            page.digest for _ in range(2) for page in (await results(here)).values() if isinstance(page, Page)
        }
        assert len(digests) == 1


async def test_other_types_and_errors_are_refused_with_a_reason() -> None:
    pages: dict[str, Answer] = {
        "/": '<a href="/image">i</a><a href="/error">e</a><a href="/none">n</a><a href="/terms">t</a><a href="/noindex">x</a>',
        "/image": Response(b"x", media_type="image/png"),
        "/error": Response(status_code=500),
        "/terms": Response(b"%PDF-1.4", media_type="application/pdf"),
        "/noindex": '<meta name="robots" content="NOINDEX"><a href="/behind">b</a>',
        "/behind": "b",
    }
    async with site(pages) as here:
        found = await results(here)
    assert taken(found) == ["/", "/terms", "/behind"]
    reasons = {path: (one.reason, one.gone) for path, one in found.items() if isinstance(one, PageRefused)}
    assert "image/png" in reasons["/image"][0]
    assert reasons["/error"] == ("its server answered with status 500", False)
    assert reasons["/none"] == ("its server answered with status 404", True)
    assert "noindex" in reasons["/noindex"][0]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://localhost/",
     "http://169.254.169.254/latest/meta-data/", "http://example@127.0.0.1/", "file:///etc/passwd", "http://10.0.0.1:22/"],
)  # fmt: skip
async def test_a_start_inside_the_private_network_is_an_error(url: str) -> None:
    with pytest.raises(KnowledgeRefusedError):
        await anext(aiter(crawl(url, limits=NO_PAUSE)))
