import httpx
import pytest

from dragoman.knowledge.crawling.urls import canonical, check_port, site_of
from dragoman.nouns.errors import KnowledgeRefusedError


@pytest.mark.parametrize(
    ("url", "one"),
    [
        ("HTTP://Shop.Example", "http://shop.example/"),
        ("https://shop.example:443/a/../b#c", "https://shop.example/b"),
        ("https://shop.example./", "https://shop.example/"),
        (" https://bücher.example/größe?q=ü ", "https://xn--bcher-kva.example/gr%C3%B6%C3%9Fe?q=%C3%BC"),
        ("https://shop.example/?utm_source=x&b=1&fbclid=2&a=", "https://shop.example/?b=1&a="),
        ("https://shop.example/?utm_source=x", "https://shop.example/"),
        ("https://shop.example/a;jsessionid=12?b=1", "https://shop.example/a?b=1"),
        ("https://shop.example/?b=2&a=1", "https://shop.example/?b=2&a=1"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
    ],
)
def test_one_form(url: str, one: str) -> None:
    assert canonical(url) == one
    assert canonical(one) == one


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "javascript:alert(1)", "data:text/html,x", "//a.example",
        "a.example", "", "http://", "http://user@a.example/", "http://a.example:b@127.0.0.1/", "http://a.example\\@127.0.0.1/",
        "http://a.example/\r\nHost: x", "http://a b/", "http://[::1", "http://a.example:99999/", "http://a.example/" + "x" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page(url: str) -> None:
    with pytest.raises(KnowledgeRefusedError):
        canonical(url)


@pytest.mark.parametrize("port", [22, 25, 6379, 5432, 9200])
def test_ports_of_other_services(port: int) -> None:
    url = httpx.URL(f"http://a.example:{port}/")
    with pytest.raises(KnowledgeRefusedError, match=str(port)):
        check_port(url, allow_private=False)
    check_port(url, allow_private=True)


def test_one_site() -> None:
    assert site_of("http://www.a.example/x") == site_of("https://a.example/y")
    assert site_of("http://a.example/") != site_of("http://b.a.example/")
    assert site_of("http://a.example:8080/") != site_of("http://a.example:8000/")
