"""`dragoman knowledge export|import|coverage|translate`: approved answers of a running desk."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dragoman.cli.invocation import Invocation, invocation
from dragoman.nouns.errors import OperatorError

if TYPE_CHECKING:
    import httpx

    from dragoman.knowledge.translate import Drafted
    from dragoman.nouns.curated import CuratedText

_DESK = "http://127.0.0.1:5000"
_PATH = "/api/v1/knowledge/curated"
# Seconds. Some thousand wordings get their vectors in one request.
_PATIENCE = 600.0

Url = Annotated[str, typer.Option(help="Where the desk is.")]
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
    url: Url = _DESK,
) -> None:
    """Write the approved answers and drafts to a table: CSV, XLSX, or PO for one language's translator.

    Example: dragoman knowledge export german.po --language de
    """
    from dragoman.knowledge.tables import format_of

    query: dict[str, Any] = {"format": format_of(file, format), "source": source}
    if language:
        query["language"] = language
    answered = _ask(invocation(ctx), url, "GET", "/export", params=query)
    try:
        file.write_bytes(answered.content)
    except OSError as error:
        raise OperatorError(f"{file} cannot be written: {error.strerror}") from None


def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The table to take in.", dir_okay=False)],
    format: Format = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would come of it.")] = False,
    url: Url = _DESK,
    as_json: AsJson = False,
) -> None:
    """Take in a table of approved answers; each row replaces what its entry says in its language.

    Example: dragoman knowledge import answers.xlsx --dry-run
    """
    from dragoman.knowledge.tables import format_of

    try:
        data = file.read_bytes()
    except OSError as error:
        raise OperatorError(f"{file} cannot be read: {error.strerror}") from None
    query = {"format": format_of(file, format), "dry_run": dry_run}
    report = _ask(invocation(ctx), url, "POST", "/import", params=query, content=data).json()
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    would = "would be " if dry_run else ""
    typer.echo(
        f"{report['added']} {would}added, {report['changed']} {would}changed, {report['unchanged']} unchanged"
    )


def coverage(ctx: typer.Context, url: Url = _DESK, as_json: AsJson = False) -> None:
    """Show in which languages each entry is approved (+), a draft (~) or missing (.).

    Example: dragoman knowledge coverage
    """
    found = _ask(invocation(ctx), url, "GET", "/coverage").json()
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    codes: list[str] = list(found["totals"])
    width = max([len(entry["id"]) for entry in found["entries"]] + [8])
    typer.echo(" " * width + " " + " ".join(f"{code:>3}" for code in codes))
    signs = {"approved": "+", "draft": "~", None: "."}
    for entry in found["entries"]:
        cells = " ".join(f"{signs[entry['languages'].get(code)]:>3}" for code in codes)
        typer.echo(f"{entry['id']:<{width}} {cells}")
    for kind in ("approved", "draft", "missing"):
        cells = " ".join(f"{found['totals'][code][kind]:>3}" for code in codes)
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
    url: Url = _DESK,
    as_json: AsJson = False,
) -> None:
    """Draft what is missing in other languages with the engine; nothing is served before a person approves it.

    Figures are never the model's own, and what comes out wrong is left out and told.

    Example: dragoman knowledge translate --to fr --to ja
    """
    asked = invocation(ctx)
    texts = [_text(record) for record in _ask(asked, url, "GET", "").json()["texts"]]
    drafted = asyncio.run(
        _drafts(asked, texts, to=[_code(one) for one in to], source=_code(source), engine=engine)
    )
    drafts = [one.draft for one in drafted if one.draft is not None]
    if drafts:
        from dragoman.knowledge.tables import write_table

        _ask(asked, url, "POST", "/import", params={"format": "csv"}, content=write_table(drafts, "csv"))
    refused = [
        {"id": one.source.entry, "language": one.language, "reason": one.refused}
        for one in drafted
        if one.refused
    ]
    if as_json:
        typer.echo(json.dumps({"drafted": len(drafts), "refused": refused}, ensure_ascii=False))
        return
    typer.echo(f"{len(drafts)} drafted, {len(refused)} refused")
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


def _engines(asked: Invocation) -> Sequence[str]:
    settings = asked.settings().engine
    return settings.urls or [f"http://127.0.0.1:{settings.port}/v1"]


def _code(tag: str) -> str:
    from dragoman.languages.registry import match_tag

    code = match_tag(tag)
    if code is None:
        raise OperatorError(f"{tag} is none of the 29 languages: write a code such as de")
    return code


def _text(record: dict[str, Any]) -> "CuratedText":
    from dragoman.nouns.curated import CuratedStatus, CuratedText, EntryId

    return CuratedText(
        EntryId(record["id"]),
        record["topic"],
        record["language"],
        record["question"],
        tuple(record["wordings"]),
        record["answer"],
        CuratedStatus(record["status"]),
        record["reviewer"],
    )


def _ask(asked: Invocation, url: str, method: str, path: str, **options: Any) -> "httpx.Response":
    """Ask the desk, with the key that stands in the settings or in the home folder."""
    import httpx

    desk = url.rstrip("/")
    headers = {"Authorization": f"Bearer {_key(asked)}"}
    try:
        answered = httpx.request(
            method, f"{desk}{_PATH}{path}", headers=headers, timeout=_PATIENCE, **options
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise OperatorError(
            f"No desk answers at {desk} ({reason}): start one with `dragoman serve`, or name another with --url."
        ) from None
    if answered.is_error:
        raise OperatorError(f"The desk does not do it: {_said(answered)}")
    return answered


def _key(asked: Invocation) -> str:
    key = asked.settings().knowledge.api_key
    if key is not None:
        return key.get_secret_value()
    try:
        return (asked.home / "api-key").read_text(encoding="utf-8").strip()
    except OSError:
        raise OperatorError(
            f"there is no key in {asked.home / 'api-key'}: start the desk once, or set knowledge.api_key"
        ) from None


def _said(answered: "httpx.Response") -> str:
    try:
        found = answered.json()
        return f"{found.get('detail') or found['title']} ({found['code']})"
    except (ValueError, KeyError, AttributeError):
        return f"HTTP {answered.status_code}"
