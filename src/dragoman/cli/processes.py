"""The processes that `serve` runs: `dragoman engine`, and two that are of use only to it."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from dragoman.cli.invocation import invocation
from dragoman.nouns.errors import OperatorError

Supervised = Annotated[
    bool,
    typer.Option("--supervised", hidden=True, help="Run for a supervisor: stdin and stdout are its own."),
]
# Seconds that a process has to stop by itself when its supervisor is gone, beyond what its streams may take.
_PATIENCE = 10.0


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(engine)
    app.command(hidden=True)(desk)
    app.command(hidden=True)(database)


def engine(
    ctx: typer.Context,
    port: Annotated[
        int | None, typer.Option(help="Port of the engine; 0 takes a free one.", show_default="8080")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address the engine listens on; 0.0.0.0 for everyone.", show_default="127.0.0.1"),
    ] = None,
    supervised: Supervised = False,
) -> None:
    """Run the model alone: an OpenAI-compatible server, for desks elsewhere or for other programs.

    Example: dragoman engine --host 0.0.0.0
    """
    from dragoman.supervisor.engine import find_weights, run_engine
    from dragoman.supervisor.telling import teller
    from dragoman.watching.logs import configure

    called = invocation(ctx)
    settings = called.settings({"engine.port": port, "engine.host": host})
    configure(format=settings.log.format, level=settings.log.level, process="engine")
    folder = called.home / "models"
    with teller("engine", supervised=supervised, patience=_PATIENCE) as tell:
        weights = find_weights(settings.model, folder, tell)
        _run(run_engine(settings.engine, weights, folder, tell))


def desk(ctx: typer.Context, supervised: Supervised = False) -> None:
    """Run the desk alone, on the database and the engines that the settings name."""
    from dragoman.supervisor.telling import teller
    from dragoman.watching.logs import configure
    from dragoman.wiring import run_desk

    called = invocation(ctx)
    settings = called.settings()
    configure(format=settings.log.format, level=settings.log.level, process="desk")
    with teller("desk", supervised=supervised, patience=settings.desk.drain_seconds + _PATIENCE) as tell:
        if settings.database.url is None or not settings.engine.urls:
            raise OperatorError(
                "A desk alone needs database.url and engine.urls; `dragoman serve` runs all three."
            )
        _run(
            run_desk(
                settings,
                database_url=settings.database.url.get_secret_value(),
                engine_urls=settings.engine.urls,
                home=called.home,
                told=lambda done, total, _: tell.progress("Taking knowledge in", done, total),
                on_listening=lambda port: tell.ready(port=port),
            )
        )


def database(ctx: typer.Context, supervised: Supervised = False) -> None:
    """Run the embedded database alone."""
    from dragoman.supervisor.database import run_database
    from dragoman.supervisor.telling import teller
    from dragoman.watching.logs import configure

    called = invocation(ctx)
    settings = called.settings()
    configure(format=settings.log.format, level=settings.log.level, process="database")
    with teller("database", supervised=supervised, patience=_PATIENCE + 20.0) as tell:
        run_database(called.home, tell)


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run a server in the loop that uvicorn would choose for itself."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)
