"""`GET /docs`: the API as a page, made from `/openapi.json` on the spot.

FastAPI's own page loads its scripts from another host, where customers' tokens are near; this one has no script.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from dragoman.nouns import errors
from dragoman.nouns.errors import DragomanError, OperatorError
from dragoman.web.errors import EDGE_ERRORS, status_of
from dragoman.web.pages import TEMPLATES

Schema = Mapping[str, Any]

router = APIRouter(tags=["page"])


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """Return the page."""
    api: dict[str, Any] = request.app.openapi()
    schemas: dict[str, Schema] = api.get("components", {}).get("schemas", {})
    html = TEMPLATES["docs.html"].render(
        api=api,
        errors=sorted(_errors(), key=lambda error: (error[1], error[0])),
        type_of=_type_of,
        fields_of=partial(_fields_of, schemas),
    )
    return HTMLResponse(html, headers={"Cache-Control": "no-cache"})


def _errors() -> Iterator[tuple[str, int, str]]:
    for code, (status, meaning) in EDGE_ERRORS.items():
        yield code, status, meaning
    for one in vars(errors).values():
        if isinstance(one, type) and issubclass(one, DragomanError) and one is not OperatorError:
            yield one.code, status_of(one.code), (one.__doc__ or "").split("\n", 1)[0]


def _fields_of(schemas: Mapping[str, Schema], body: Schema | None) -> Iterator[tuple[str, Schema, bool]]:
    """Yield name, schema and whether it is needed, for each field of a JSON body."""
    if not body:
        return
    reference: str = body["content"]["application/json"]["schema"].get("$ref", "")
    schema = schemas.get(reference.rsplit("/", 1)[-1], {})
    for name, field in schema.get("properties", {}).items():
        yield name, field, name in schema.get("required", ())


def _type_of(schema: Schema) -> str:
    return " or ".join(part.get("type", "any") for part in schema.get("anyOf", [schema]))
