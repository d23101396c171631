"""`dragoman serve`."""

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.invocation import invocation


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(serve)


def serve(
    ctx: typer.Context,
    port: Annotated[
        int | None, typer.Option(help="Port of the desk; 0 takes a free one.", show_default="5000")
    ] = None,
    engine_port: Annotated[
        int | None, typer.Option(help="Port of the local engine; 0 takes a free one.", show_default="8080")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address the desk listens on; 0.0.0.0 for everyone.", show_default="127.0.0.1"),
    ] = None,
    knowledge: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            resolve_path=True,
            help="A folder of documents to answer from, read anew at every start.",
            show_default="the demonstration shop",
        ),
    ] = None,
) -> None:
    """Run everything: database, model and desk, with a page to chat on.

    The first start fetches the model. Ctrl-C stops; what was said is kept in the home folder.

    Example: dragoman serve --port 5001 --knowledge ./handbook
    """
    from dragoman.supervisor.serve import serve as run

    options = {
        "desk.port": port,
        "desk.host": host,
        "engine.port": engine_port,
        "knowledge.folder": str(knowledge) if knowledge else None,
    }
    run(invocation(ctx).home, options)
