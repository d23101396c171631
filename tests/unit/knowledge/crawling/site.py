"""A small web site on this machine, made of what a test says each path answers."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dragoman.testing.loopback import loopback

Answer = str | bytes | Response | Callable[[Request], Response]


@dataclass(slots=True)
class Site:
    """Where the site is, and the paths that were asked for."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    headers: dict[str, Mapping[str, str]] = field(default_factory=dict)


@asynccontextmanager
async def site(pages: Mapping[str, Answer]) -> AsyncGenerator[Site]:
    """Serve `pages`: a string is HTML, in which `{url}` is the site's address; what is not there is 404."""
    here = Site()

    def answer(request: Request) -> Response:
        path = request.url.path
        here.asked.append(path)
        here.headers[path] = dict(request.headers)
        found = pages.get(path)
        if found is None:
            return PlainTextResponse("no", status_code=404)
        if isinstance(found, str):
            return Response(found.replace("{url}", here.url), media_type="text/html")
        if isinstance(found, bytes):
            return Response(found, media_type="text/plain")
        return found if isinstance(found, Response) else found(request)

    async with loopback(Starlette(routes=[Route("/{path:path}", answer)])) as url:
        here.url = url
        yield here
