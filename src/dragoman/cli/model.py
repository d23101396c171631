"""`dragoman model list|info|fetch|quantize`."""

import json
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dragoman.cli.invocation import invocation

if TYPE_CHECKING:
    from dragoman.engines.models.base import ModelFile, Progress, Say, Wanted
    from dragoman.engines.models.info import ModelInfo

app = typer.Typer(no_args_is_help=True, help="The weights: what there is, what they are, and getting them.")

Quantization = Literal["f16", "q8_0", "q4_0"]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app_of_all: typer.Typer) -> None:
    """Add the verbs."""
    app_of_all.add_typer(app, name="model")


@app.command("list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the models that can be served by name, and which are here.

    Example: dragoman model list
    """
    from dragoman.engines.models.catalogue import CATALOGUE
    from dragoman.engines.models.records import list_models

    here = list_models(_folder(ctx))
    chosen = invocation(ctx).settings().model
    rows = [
        {
            "name": model.name,
            "licence": model.licence,
            "chosen": model.name == chosen.name and chosen.path is None,
            "comes_from": model.hub.repo if model.hub is not None else "the package index",
            "stand_in": model.stand_in,
            "here": [_file(file) for file in here if file.name == model.name],
        }
        for model in CATALOGUE.values()
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        _print_row(row)


@app.command()
def info(
    ctx: typer.Context,
    model: Annotated[
        str | None,
        typer.Argument(help="A model that is here, or a GGUF file.", show_default="the one that is served"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a model's architecture, context, type of weights, licence, and the memory that it needs.

    Example: dragoman model info ./my-model.gguf
    """
    from dragoman.engines.models.info import read_info

    path, licence = _found(ctx, model)
    found = read_info(path)
    known = licence or found.licence
    if as_json:
        typer.echo(json.dumps({**found.as_json(), "licence": known}, ensure_ascii=False, indent=2))
        return
    _print_pairs(_in_words(found, known))


@app.command()
def fetch(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="A model of the list.", show_default="the one of the settings")
    ] = None,
    quantization: Annotated[
        Quantization | None, typer.Option(help="Type of the weights.", show_default="that of the settings")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a model, or go on with it where it broke off; check what is here already.

    Hubs are asked even where a stand-in is here, so this is how the real model takes its place.

    Example: dragoman model fetch qwen2.5-0.5b-instruct --quantization q4_0
    """
    from dragoman.engines.models.store import prepare

    with _told(quiet=as_json) as (progress, say):
        found = prepare(
            _wanted(ctx, name, quantization), folder=_folder(ctx), progress=progress, say=say, look_again=True
        )
    if as_json:
        typer.echo(json.dumps(_file(found), ensure_ascii=False, indent=2))
        return
    _print_pairs(_file_in_words(found))


@app.command()
def quantize(
    source: Annotated[Path, typer.Argument(help="Any GGUF file.", dir_okay=False)],
    to: Annotated[Quantization, typer.Option(help="f16, q8_0 (INT8) or q4_0.")] = "q8_0",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The new file.", show_default="NAME-TYPE.gguf beside it", dir_okay=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the weights of a GGUF file in another type, and say how large both are.

    Example: dragoman model quantize ./my-model-fp16.gguf --to q4_0
    """
    from dragoman.engines.models import quantize as room
    from dragoman.nouns.errors import OperatorError

    target = output or source.with_name(f"{source.stem}-{to}.gguf")
    if target.exists():
        raise OperatorError(f"{target} is there already: remove it, or name another file with --output")
    if not target.absolute().parent.is_dir():
        raise OperatorError(
            f"there is no folder {target.absolute().parent}: make it, or choose another --output"
        )
    with _told(quiet=as_json) as (progress, say):
        made = room.quantize(source, target, to, progress=progress, say=say)
    if as_json:
        typer.echo(json.dumps({**asdict(made), "path": str(made.path)}, ensure_ascii=False, indent=2))


def _folder(ctx: typer.Context) -> Path:
    return invocation(ctx).home / "models"


def _wanted(ctx: typer.Context, name: str | None, quantization: Quantization | None) -> "Wanted":
    """Return what the settings want; a model that is named is meant even where they have a path."""
    from dragoman.engines.models.base import Wanted

    settings = invocation(ctx).settings().model
    return Wanted(
        name=name or settings.name,
        path=None if name else settings.path,
        quantization=quantization or settings.quantization,
        hubs=settings.hubs,
        allow_stand_in=settings.allow_stand_in,
    )


def _found(ctx: typer.Context, model: str | None) -> tuple[Path, str | None]:
    """Return a model's file, and its licence where the catalogue knows it."""
    from dragoman.engines.models.catalogue import CATALOGUE, find
    from dragoman.engines.models.records import list_models
    from dragoman.nouns.errors import OperatorError

    if model is not None and model not in CATALOGUE:
        return Path(model), None
    wanted = _wanted(ctx, model, None)
    if wanted.path is not None:
        return wanted.path, None
    here = list_models(_folder(ctx))
    # Without a name it is about what is served, which may be the stand-in.
    for name in [wanted.name] if model else [wanted.name, find(wanted.name).stand_in]:
        files = [file for file in here if file.name == name]
        if files:
            served = min(files, key=lambda file: file.quantization != wanted.quantization)
            return served.path, served.licence
    raise OperatorError(f"{wanted.name} is not here: dragoman model fetch {wanted.name}")


@contextmanager
def _told(*, quiet: bool) -> "Generator[tuple[Progress, Say]]":
    """Show steps as bars on stderr in a terminal, one after the other, and as lines elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True, soft_wrap=True, highlight=False, quiet=quiet)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    steps: dict[str, Any] = {}
    with Bars(*columns, console=console, disable=quiet or not console.is_terminal) as bars:

        def progress(label: str, done: int, total: int, /) -> None:
            if label not in steps:
                if not console.is_terminal:
                    console.print(label, markup=False)
                steps[label] = bars.add_task(label, total=total or None)
            bars.update(steps[label], completed=done)

        def say(line: str, /) -> None:
            console.print(line, markup=False)

        yield progress, say


def _file(file: "ModelFile") -> dict[str, Any]:
    return {**asdict(file), "path": str(file.path), "bytes": file.path.stat().st_size}


def _file_in_words(file: "ModelFile") -> Iterable[tuple[str, str]]:
    name = f"{file.name}, in place of {file.stands_in_for}" if file.stand_in else file.name
    yield from (("model", name), ("weights", file.quantization), ("licence", file.licence))
    yield from (("from", file.source), ("file", str(file.path)))


def _in_words(found: "ModelInfo", licence: str) -> Iterable[tuple[str, str]]:
    memory = found.memory
    yield "model", found.title or found.path.stem
    yield "architecture", found.architecture
    yield "parameters", f"{found.parameters / 1e6:,.0f} million"
    yield "context", f"{found.context_tokens:,} tokens" if found.context_tokens else "unknown"
    yield (
        "weights",
        f"{found.quantization} ({', '.join(f'{n} {kind}' for kind, n in found.tensor_types.items())})",
    )
    yield "tokenizer", found.tokenizer or "none"
    yield "chat template", "yes" if found.chat_template else "no"
    yield "licence", licence
    yield "file", f"{found.path} ({_mb(found.file_bytes)})"
    yield (
        "memory",
        f"{_mb(memory.total)} at most: weights {_mb(memory.weights)}, context {_mb(memory.kv_cache)}, engine {_mb(memory.overhead)}",
    )


def _mb(size: int) -> str:
    from dragoman.engines.models.disk import megabytes

    return megabytes(size)


def _print_row(row: dict[str, Any]) -> None:
    files = [f"{file['quantization']} ({_mb(file['bytes'])})" for file in row["here"]]
    state = f"here: {', '.join(files)}" if files else "not here"
    mark = "*" if row["chosen"] else " "
    typer.echo(f"{mark} {row['name']:30} {row['licence']:12} {state}")


def _print_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    for label, words in pairs:
        typer.echo(f"{label:15}{words}")
