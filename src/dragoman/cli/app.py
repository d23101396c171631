"""`dragoman`: its verbs put together, and how a call ends: 0 done, 1 a check failed, 2 wrong use."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli import ask, bench, detect, doctor, knowledge, model, processes, serve, version
from dragoman.cli import eval as evaluation
from dragoman.cli.invocation import Invocation
from dragoman.nouns.errors import DragomanError

WRONG_USE = 2
# What shells report for a program that Ctrl-C ended.
_INTERRUPTED = 130

app = typer.Typer(
    name="dragoman",
    help="A customer-service desk that answers in the customer's language, with a model of its own.",
    epilog="Begin with: dragoman serve",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
for verb in (serve, ask, detect, knowledge, model, evaluation, bench, doctor, processes, version):
    verb.add_to(app)


@app.callback()
def _every_verb(  # pyright: ignore[reportUnusedFunction] - typer calls it
    ctx: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            envvar="DRAGOMAN_HOME",
            file_okay=False,
            show_default="/var/lib/dragoman for root, else the user's data folder",
            help="The folder in which everything that must last is kept. Before or after the verb.",
        ),
    ] = None,
) -> None:
    ctx.obj = Invocation(home)


def main() -> None:
    """Run the command line of this process and end it."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one call and return its exit status; what the caller did wrong is said in one line on stderr."""
    try:
        status = app(args=_home_first(arguments) or ["--help"], prog_name="dragoman", standalone_mode=False)
    except typer.TyperException as error:
        # Without a message its help has been shown already.
        return _refuse(_wrong_use(error)) if error.format_message() else WRONG_USE
    except DragomanError as error:
        return _refuse(str(error))
    except (KeyboardInterrupt, typer.Abort):
        return _INTERRUPTED
    return status if isinstance(status, int) else 0


def _home_first(arguments: Sequence[str]) -> list[str]:
    """Move `--home DIR` before the verb, where it is looked for."""
    front: list[str] = []
    rest = list(arguments)
    end = rest.index("--") if "--" in rest else len(rest)
    for place in range(end - 1, -1, -1):
        if rest[place].startswith("--home="):
            front[:0] = [rest.pop(place)]
        elif rest[place] == "--home" and place + 1 < len(rest):
            front[:0] = [rest.pop(place), rest.pop(place)]
    return front + rest


def _wrong_use(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "dragoman"
    return f"{error.format_message().rstrip('.')}. See: {path} --help"


def _refuse(line: str) -> int:
    sys.stderr.write(f"{line}\n")
    return WRONG_USE
