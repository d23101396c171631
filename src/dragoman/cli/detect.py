"""`dragoman detect`."""

import json
import sys
from typing import Annotated

import typer

from dragoman.cli.invocation import invocation


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(detect)


def detect(
    ctx: typer.Context,
    _as_json: Annotated[bool, typer.Option("--json", help="Print JSON, which it always does.")] = False,
) -> None:
    """Tell the language of each line of stdin, as a line of JSON.

    Each line is taken as the first message of a conversation.

    Example: echo "Où est mon colis ?" | dragoman detect
    """
    from dragoman.languages.decision import as_record
    from dragoman.languages.detect import Detector

    detector = Detector(fallback=invocation(ctx).settings().desk.fallback)
    for line in sys.stdin.buffer:
        message = line.decode(errors="replace").rstrip("\r\n")
        typer.echo(json.dumps(as_record(detector.decide(message)), ensure_ascii=False))
