"""The embedder: whether it loads, and how long a question takes it."""

import asyncio
import time
from collections.abc import Iterator

from dragoman.doctor.base import Case, Finding, fail, ok
from dragoman.nouns.errors import DragomanError
from dragoman.wiring.knowledge import open_embedder


def embedder(case: Case) -> Iterator[Finding]:
    """Load it and embed two questions."""
    where = case.live.knowledge.embeddings_url
    try:
        yield asyncio.run(_tried(case))
    except (DragomanError, RuntimeError, OSError, ImportError) as error:
        told = str(error) if isinstance(error, DragomanError) else type(error).__name__
        advice = (
            "see knowledge.embeddings_url." if where else "run bin/serve, which installs what is missing."
        )
        yield fail("embedder", f"It does not load ({told.rstrip('.')}): {advice}")


async def _tried(case: Case) -> Finding:
    began = time.monotonic()
    opened = await open_embedder(case.live.knowledge)
    try:
        await opened.queries(["?"])
        loaded = time.monotonic()
        await opened.queries(["How long does delivery take?"])
        again = time.monotonic() - loaded
    finally:
        await opened.close()
    case.embedder = opened.name
    text = f"{opened.name}, {opened.dimensions} numbers; loaded in {loaded - began:.1f} s, a question takes {again * 1000:.0f} ms"
    return ok("embedder", text, name=opened.name, load_seconds=loaded - began, query_seconds=again)
