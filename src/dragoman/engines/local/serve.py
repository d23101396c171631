"""`dragoman engine`: listen at once, load the model, serve until told to stop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from dragoman.embeddings.base import Embedder
from dragoman.engines.local.backends import BackendChoice, Loading, open_backend
from dragoman.engines.local.base import BackendFailedError, BackendInfo
from dragoman.engines.local.responses import ServedModel
from dragoman.engines.local.server import Engine, app_of
from dragoman.nouns.errors import DragomanError
from dragoman.serving.listen import listen
from dragoman.watching.logs import logger


async def serve_engine(
    loading: Loading,
    *,
    backend: BackendChoice,
    model: ServedModel,
    embedder: Embedder,
    waiting: int,
    host: str,
    port: int,
    api_key: str | None = None,
    drain_seconds: float = 10.0,
    on_listening: Callable[[int], None] | None = None,
    on_ready: Callable[[BackendInfo], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; streams under way then have `drain_seconds` to end.

    The port answers at once; while the model is loaded `/health` says 503 `loading`.

    Args:
        waiting: how many requests may wait beyond the `loading.running` that are generated.
        on_listening: called with the port when it answers.
        on_ready: called when the model is in memory.

    Raises:
        OperatorError: the port is taken, or the model cannot be loaded.
        BackendFailedError: the model's process has died; to be started anew by whoever watches this process.
    """
    engine = Engine(model, embedder, loading.running, waiting, api_key)
    stop = asyncio.Event()
    keeping = asyncio.create_task(_keep(engine, loading, backend, on_ready))
    keeping.add_done_callback(lambda _: stop.set())
    try:
        await listen(
            app_of(engine),
            host=host,
            port=port,
            drain_seconds=drain_seconds,
            on_listening=on_listening,
            stop=stop,
        )
        if keeping.done():
            await keeping
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError, DragomanError):
            await keeping
        if engine.backend is not None:
            await engine.backend.close()
        await embedder.close()


async def _keep(
    engine: Engine,
    loading: Loading,
    choice: BackendChoice,
    on_ready: Callable[[BackendInfo], None] | None,
) -> None:
    """Load the model, and watch over it until it ends."""
    try:
        engine.backend = await open_backend(choice, loading)
    except Exception:
        engine.trouble = "the model could not be loaded"
        raise
    info = engine.backend.info
    logger.info(
        "model_ready",
        model=engine.model.name,
        backend=info.backend,
        context_tokens=info.context_tokens,
        threads=info.threads,
        kv_cache_mb=info.kv_cache_bytes // 1_000_000,
    )
    if on_ready is not None:
        on_ready(info)
    engine.trouble = await engine.backend.ended()
    raise BackendFailedError(f"The model's process has ended: {engine.trouble}")
