"""`dragoman knowledge export|import|coverage|translate`: approved answers out to tables and back."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from dragoman.cli.home_database import home_database
from dragoman.cli.invocation import Invocation, invocation
from dragoman.nouns.errors import OperatorError

if TYPE_CHECKING:
    from dragoman.knowledge.translate import Drafted
    from dragoman.nouns.curated import CuratedText
    from dragoman.settings import EngineServer
    from dragoman.wiring import OpenKnowledge

_CONNECTIONS = 2
_SIGNS = {"approved": "+", "draft": "~", None: "."}

Result = TypeVar("Result")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Format = Annotated[
    str | None, typer.Option(help="csv, xlsx or po.", show_default="what the file's name says")
]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="Only this language; may be given again.")
]


def add_to(knowledge: typer.Typer) -> None:
    """Add the verbs to `dragoman knowledge`."""
    knowledge.command("export")(export)
    knowledge.command("import")(import_)
    knowledge.command()(coverage)
    knowledge.command()(translate)


def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The table to write.", dir_okay=False)],
    format: Format = None,
    language: Languages = None,
    source: Annotated[str, typer.Option(help="For PO: the language to translate from.")] = "en",
) -> None:
    """Write the approved answers and drafts to a table: CSV, XLSX, or PO for one language's translator.

    Example: dragoman knowledge export german.po --language de
    """
    from dragoman.knowledge.tables import format_of, write_table

    kind = format_of(file, format)
    codes = [_code(one) for one in language or ()]
    wanted = [*codes, _code(source)] if codes and kind == "po" else codes
    texts = _run(ctx, lambda opened: opened.curated.texts(languages=wanted or None))
    target = codes[0] if len(codes) == 1 else None
    table = write_table(texts, kind, language=target, source=_code(source))
    try:
        file.write_bytes(table)
    except OSError as error:
        raise OperatorError(f"{file} cannot be written: {error.strerror}") from None


def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The table to take in.", dir_okay=False)],
    format: Format = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would come of it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in a table of approved answers; each row replaces what its entry says in its language.

    Example: dragoman knowledge import answers.xlsx --dry-run
    """
    from dragoman.knowledge.curated import put_texts
    from dragoman.knowledge.tables import format_of, read_table

    try:
        data = file.read_bytes()
    except OSError as error:
        raise OperatorError(f"{file} cannot be read: {error.strerror}") from None
    texts = read_table(data, format_of(file, format))
    report = _run(ctx, lambda opened: put_texts(opened.curated, opened.embedder, texts, dry_run=dry_run))
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
        return
    would = "would be " if dry_run else ""
    typer.echo(f"{report.added} {would}added, {report.changed} {would}changed, {report.unchanged} unchanged")


def coverage(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show in which languages each entry is approved (+), a draft (~) or missing (.).

    Example: dragoman knowledge coverage
    """
    from dragoman.knowledge.curated import coverage as covered
    from dragoman.languages.registry import LANGUAGES

    found = _run(ctx, lambda opened: covered(opened.curated))
    codes = list(LANGUAGES)
    totals = found.totals(codes)
    if as_json:
        entries = [
            {"id": one, "topic": found.topics[one], "languages": by} for one, by in found.statuses.items()
        ]
        typer.echo(json.dumps({"entries": entries, "totals": totals}, ensure_ascii=False, indent=2))
        return
    width = max([len(entry) for entry in found.topics] + [8])
    typer.echo(" " * width + " " + " ".join(f"{code:>3}" for code in codes))
    for entry, statuses in found.statuses.items():
        cells = " ".join(f"{_SIGNS[statuses.get(code)]:>3}" for code in codes)
        typer.echo(f"{entry:<{width}} {cells}")
    for kind in ("approved", "draft", "missing"):
        cells = " ".join(f"{totals[code][kind]:>3}" for code in codes)
        typer.echo(f"{kind:<{width}} {cells}")


def translate(
    ctx: typer.Context,
    to: Annotated[list[str], typer.Option("--to", help="A language to translate into; may be given again.")],
    source: Annotated[str, typer.Option("--from", help="The language to translate from.")] = "en",
    engine: Annotated[
        str | None,
        typer.Option(
            help="URL of the engine that translates.", show_default="that of the settings, or the local one"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draft what is missing in other languages with the engine; nothing is served before a person approves it.

    Figures are never the model's own, and what comes out wrong is left out and told.

    Example: dragoman knowledge translate --to fr --to ja
    """
    codes, original = [_code(one) for one in to], _code(source)

    async def work(opened: "OpenKnowledge") -> "list[Drafted]":
        from dragoman.knowledge.curated import put_texts

        wanted = await opened.curated.texts()
        drafted = await _drafts(invocation(ctx), wanted, to=codes, source=original, engine=engine)
        drafts = [one.draft for one in drafted if one.draft is not None]
        await put_texts(opened.curated, opened.embedder, drafts)
        return drafted

    drafted = _run(ctx, work)
    written = sum(one.draft is not None for one in drafted)
    refused = [
        {"id": one.source.entry, "language": one.language, "reason": one.refused}
        for one in drafted
        if one.refused
    ]
    if as_json:
        typer.echo(json.dumps({"drafted": written, "refused": refused}, ensure_ascii=False))
        return
    typer.echo(f"{written} drafted, {len(refused)} refused")
    for one in refused:
        typer.echo(f"{one['id']} ({one['language']}): {one['reason']}")


async def _drafts(
    asked: Invocation, texts: "Sequence[CuratedText]", *, to: Sequence[str], source: str, engine: str | None
) -> "list[Drafted]":
    from rich.console import Console
    from rich.progress import track

    from dragoman.knowledge.translate import Translator, missing
    from dragoman.languages.detect import Detector
    from dragoman.wiring import open_engine

    settings = asked.settings()
    detector = Detector(fallback=settings.desk.fallback)
    wanted = missing(texts, to=to, source=source)
    opened = open_engine(settings.engine, [engine] if engine else _engines(asked))
    translator = Translator(opened, detect_language=lambda text: detector.decide(text).language)
    drafted: list[Drafted] = []
    try:
        console = Console(stderr=True)
        for one in track(wanted, "Translating", console=console, disable=not console.is_terminal):
            drafted += [draft async for draft in translator.drafts([one])]
    finally:
        await opened.close()
    return drafted


def _engines(asked: Invocation) -> "Sequence[str | EngineServer]":
    settings = asked.settings().engine
    return settings.urls or [f"http://127.0.0.1:{settings.port}/v1"]


def _code(tag: str) -> str:
    from dragoman.languages.registry import match_tag

    code = match_tag(tag)
    if code is None:
        raise OperatorError(f"{tag} is none of the 29 languages: write a code such as de")
    return code


def _run(ctx: typer.Context, work: "Callable[[OpenKnowledge], Awaitable[Result]]") -> Result:
    """Have something done with the knowledge of this home, whether a desk runs there or not."""
    from dragoman.wiring import open_knowledge

    asked = invocation(ctx)
    settings = asked.settings()

    async def done(url: str) -> Result:
        async with open_knowledge(
            settings.knowledge, database_url=url, fallback=settings.desk.fallback, connections=_CONNECTIONS
        ) as opened:
            return await work(opened)

    with home_database(asked.home, settings) as url:
        return asyncio.run(done(url))
