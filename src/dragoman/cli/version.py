"""`dragoman version`."""

import json
import platform
from importlib.metadata import version as version_of
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(version)


def version(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell the version of Dragoman, of Python and of the system."""
    told = {
        "version": version_of("dragoman"),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
    }
    if as_json:
        typer.echo(json.dumps(told))
    else:
        typer.echo(f"Dragoman {told['version']} (Python {told['python']}, {told['platform']})")
