"""`GET /`: the chat page, in the visitor's language, and what it loads."""

import json
import mimetypes
import os
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from dragoman import __version__
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import RequestInvalidError
from dragoman.web.desk import Desk, HereDesk
from dragoman.web.visitor import visitor_language

FOLDER = Path(__file__).parent / "page"
SECTIONS = ("chat", "error")


class _PageFiles(StaticFiles):
    """The page's scripts and styles. Templates are not among them.

    Browsers ask each time whether a file is still the one they have, so that after an upgrade old and new
    modules are never mixed.
    """

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Return where a file is, if it may be seen."""
        return ("", None) if path.endswith(".html") else super().lookup_path(path)

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Return a file, or that it has not changed."""
        response = super().file_response(*args, **options)
        response.headers["Cache-Control"] = "no-cache"
        return response


def static_files() -> ASGIApp:
    """Return the application that serves the page's scripts and styles, compressed."""
    mimetypes.init()  # which reads the system's tables, here rather than at the first request
    return GZipMiddleware(_PageFiles(directory=FOLDER), minimum_size=500)


router = APIRouter(tags=["page"])
_environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(default=True))
TEMPLATES = {name: _environment.get_template(name) for name in ("chat.html", "docs.html")}
"""The pages, read once before the first request: in the loop, no file is looked at."""


@router.get("/", include_in_schema=False)
async def page(request: Request, desk: HereDesk) -> HTMLResponse:
    """Return the chat page."""
    language = visitor_language(request, desk.fallback)
    html = TEMPLATES["chat.html"].render(
        name=desk.name,
        language=language,
        direction=LANGUAGES[language].direction,
        phrases=_phrases(desk, language),
        version=__version__,
        config_json=_in_html(await _config(desk, language)),
    )
    return HTMLResponse(html, headers={"Vary": "Accept-Language", "Cache-Control": "no-cache"})


@router.get("/page/phrases/{code}.json", include_in_schema=False)
async def phrases(code: str, desk: HereDesk) -> Response:
    """Return the page's words in another language."""
    if code not in LANGUAGES:
        raise RequestInvalidError
    return JSONResponse(_phrases(desk, code), headers={"Cache-Control": "no-cache"})


async def _config(desk: Desk, language: str) -> dict[str, Any]:
    health = await desk.engine.health()
    return {
        "language": language,
        "name": desk.name,
        "languages": [
            {"code": known.code, "own": known.own, "english": known.english, "direction": known.direction}
            for known in LANGUAGES.values()
        ],
        "max_message_chars": desk.max_message_chars,
        "model": {"name": next(iter(health.models), None), "stand_in": bool(health.stands_in_for)},
        "phrases": _phrases(desk, language),
    }


def _phrases(desk: Desk, language: str) -> dict[str, dict[str, str]]:
    return {section: dict(desk.phrases.section(section, language)) for section in SECTIONS}


def _in_html(config: dict[str, Any]) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(config, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
