"""Whether the desk lives, whether it can take work, and what it has counted."""

import asyncio

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from dragoman.watching.metrics import CONTENT_TYPE, exposition
from dragoman.web.desk import HereDesk

router = APIRouter(tags=["watching"])


@router.get("/health/live", summary="The process answers")
async def live() -> dict[str, str]:
    """Say so."""
    return {"status": "live"}


@router.get("/health/ready", summary="Database and an engine answer; else 503")
async def ready(desk: HereDesk) -> Response:
    """Ask both now, so that the answer is never older than the question."""
    database, engine = await asyncio.gather(desk.conversations.ready(), desk.engine.health())
    draining = desk.stopping.is_set()
    is_ready = database and engine.ready and not draining
    body = {
        "status": "draining" if draining else "ready" if is_ready else "not_ready",
        "database": database,
        "engine": engine.ready,
        "models": list(engine.models),
    }
    return JSONResponse(body, 200 if is_ready else 503)


@router.get("/metrics", summary="Prometheus metrics", include_in_schema=False)
async def metrics(desk: HereDesk) -> Response:
    """Return what was counted."""
    await asyncio.gather(*(measure() for measure in desk.measures))
    # In a thread: the process's own numbers are read from the system.
    text = await asyncio.to_thread(exposition, desk.registry)
    return Response(text, media_type=CONTENT_TYPE)
