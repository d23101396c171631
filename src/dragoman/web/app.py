"""The desk's application: every way in, and what stands before all of them."""

from fastapi import FastAPI
from starlette.types import ASGIApp

from dragoman import __version__
from dragoman.serving.limits import BodyLimit, ByPath, ReceiveDeadline
from dragoman.web import chat, conversations, curated, health, knowledge, pages, reference
from dragoman.web.desk import Desk
from dragoman.web.errors import Problems
from dragoman.web.headers import HeadAsGet, RequestCounts, SecurityHeaders

# A message of 50,000 characters, the most a setting allows, is 200 kB of UTF-8, and up to 600 kB as JSON escapes.
MAX_BODY_BYTES = 1_000_000
RECEIVE_SECONDS = 20.0
# A document, for whoever has the key: it is asked for before a byte is taken.
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
UPLOAD_SECONDS = 300.0


def create_app(desk: Desk) -> ASGIApp:
    """Return the application of one desk process."""
    app = FastAPI(
        title="Dragoman",
        version=__version__,
        summary="A multilingual customer-service desk.",
        # A bare `fetch(..., {body: JSON.stringify(...)})` says text/plain; programs in the field do that.
        strict_content_type=False,
        # Ours is in `reference`.
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk = desk
    problems = Problems(desk.phrases, fallback=desk.fallback, locale=desk.locale)
    problems.install(app)
    for room in (pages, reference, chat, conversations, knowledge, health):
        app.include_router(room.router)
    if desk.knowledge is not None:
        app.include_router(curated.create_router(desk.knowledge.curated, guard=knowledge.guard))
    app.mount("/page", pages.static_files(), name="page")

    def bounded(max_bytes: int, seconds: float) -> ASGIApp:
        hurried = ReceiveDeadline(app, seconds=seconds, refuse=problems.refuse)
        return BodyLimit(hurried, max_bytes=max_bytes, refuse=problems.refuse)

    guarded: ASGIApp = ByPath(
        bounded(MAX_BODY_BYTES, RECEIVE_SECONDS),
        prefix=knowledge.PREFIX,
        below=bounded(MAX_UPLOAD_BYTES, UPLOAD_SECONDS),
    )
    guarded = RequestCounts(guarded, registry=desk.registry)
    return SecurityHeaders(HeadAsGet(guarded))
