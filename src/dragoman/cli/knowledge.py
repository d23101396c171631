"""`dragoman knowledge add|crawl|list|search|remove`."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from dragoman.cli import knowledge_tables
from dragoman.cli.home_database import home_database
from dragoman.cli.invocation import invocation
from dragoman.nouns.errors import OperatorError

if TYPE_CHECKING:
    from dragoman.knowledge.library import FolderTaken, Told
    from dragoman.nouns.documents import Document
    from dragoman.nouns.knowledge import Found
    from dragoman.settings import Settings
    from dragoman.wiring import OpenKnowledge

app = typer.Typer(no_args_is_help=True, help="What the desk knows: taking in, looking at, giving up.")

Result = TypeVar("Result")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
# Enough for one verb: reading goes on while what was read is stored.
_CONNECTIONS = 4
_PAGE = 1000
CHECK_FAILED = 1


def add_to(app_of_all: typer.Typer) -> None:
    """Add the verbs."""
    knowledge_tables.add_to(app)
    app_of_all.add_typer(app, name="knowledge")


@app.command()
def add(
    ctx: typer.Context,
    sources: Annotated[
        list[str], typer.Argument(metavar="PATH|URL...", help="Files, folders, addresses of single pages.")
    ],
    as_json: AsJson = False,
) -> int:
    """Take in files, folders or single pages. What has not changed since is left alone; what is gone from a folder, goes.

    Example: dragoman knowledge add ./handbook prices.xlsx https://shop.example/returns
    """

    async def work(opened: "OpenKnowledge", settings: "Settings", told: "Told") -> "list[FolderTaken]":
        return [await _add_one(opened, settings, source, told) for source in sources]

    return _report(_run(ctx, work, quiet=as_json), as_json=as_json)


@app.command()
def crawl(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The page to begin at.")],
    max_pages: Annotated[int, typer.Option(min=1, max=10_000, help="The most pages fetched.")] = 200,
    max_depth: Annotated[int, typer.Option(min=0, max=20, help="Links followed from the first page.")] = 3,
    every: Annotated[
        float | None,
        typer.Option(
            min=0.1, max=24 * 365, help="Hours after which a running desk crawls it again, and again."
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Take in the pages of a site, as far as its robots.txt allows. Crawled again, only what changed is taken.

    Example: dragoman knowledge crawl https://shop.example/help --max-pages 50 --every 24
    """

    async def work(opened: "OpenKnowledge", settings: "Settings", told: "Told") -> "list[FolderTaken]":
        from dragoman.knowledge.crawling.base import CrawlLimits
        from dragoman.knowledge.crawling.urls import canonical
        from dragoman.knowledge.sites import add_site
        from dragoman.storage.jobs import PostgresJobs

        given = {"max_pages": max_pages, "max_depth": max_depth}
        private = settings.knowledge.crawl_private
        found = await add_site(
            opened.library, url, limits=CrawlLimits(**given), allow_private=private, told=told
        )
        if every is not None:
            await PostgresJobs(opened.database).put_site(canonical(url), given, timedelta(hours=every))
        return [found]

    return _report(_run(ctx, work, quiet=as_json), as_json=as_json)


@app.command("list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the documents that the desk knows.

    Example: dragoman knowledge list
    """

    async def work(opened: "OpenKnowledge", _settings: "Settings", _told: "Told") -> "list[Document]":
        documents: list[Document] = []
        while page := await opened.storage.documents(
            after=documents[-1].id if documents else None, limit=_PAGE
        ):
            documents += page
        return sorted(documents, key=lambda one: (one.source, one.language, one.title))

    documents = _run(ctx, work, quiet=True)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in documents], ensure_ascii=False, default=str, indent=2))
        return
    for one in documents:
        typer.echo(f"{one.id}  {one.language:3}  {one.passages:5}  {one.title}  ({one.source})")
    if not documents:
        typer.echo("Nothing yet: dragoman knowledge add PATH", err=True)


@app.command()
def search(
    ctx: typer.Context,
    words: Annotated[str, typer.Argument(help="A question, or words of one, in any of the 29 languages.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="The most passages printed.")] = 5,
    language: Annotated[
        str | None, typer.Option(help="Code of the customer's language.", show_default="the question's")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search as the desk does before it answers: by meaning and by words, best first.

    Example: dragoman knowledge search "How long does delivery take?" --limit 3
    """

    async def work(opened: "OpenKnowledge", settings: "Settings", _told: "Told") -> "list[Found]":
        code = _language(words, language, settings)
        vectors = await opened.embedder.queries([words])
        return list(await opened.search.find(words, vectors[0], language=code, limit=limit))

    found = _run(ctx, work, quiet=True)
    if as_json:
        typer.echo(json.dumps([found_record(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        heading = " › ".join((one.passage.title, *one.passage.headings))
        typer.echo(f"{one.score:.3f}  [{one.passage.language}] {heading}\n       {one.passage.text}\n")


@app.command()
def remove(
    ctx: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="ID|SOURCE...", help="Documents, files, folders, pages or sites.")
    ],
    as_json: AsJson = False,
) -> None:
    """Remove documents for good, with their passages and the answers remembered from them. A site is crawled no more.

    Example: dragoman knowledge remove ./handbook https://shop.example/help
    """

    async def work(opened: "OpenKnowledge", _settings: "Settings", _told: "Told") -> dict[str, int]:
        return {name: await _remove_one(opened, name) for name in names}

    removed = _run(ctx, work, quiet=True)
    if as_json:
        typer.echo(json.dumps({"removed": removed}, ensure_ascii=False))
    if unknown := [name for name, count in removed.items() if not count]:
        raise OperatorError(f"Nothing is known from {unknown[0]}: see dragoman knowledge list.")
    if not as_json:
        typer.echo(f"Removed: {', '.join(removed)}")


def found_record(found: "Found") -> dict[str, Any]:
    """Return a passage that was found, for programs."""
    passage = found.passage
    return {
        "document": passage.document,
        "title": passage.title,
        "headings": list(passage.headings),
        "text": passage.text,
        "language": passage.language,
        "url": passage.url,
        "passage": passage.id,
        "score": round(found.score, 6),
        "meaning": round(found.meaning, 6),
        "words": round(found.words, 6),
    }


async def _add_one(opened: "OpenKnowledge", settings: "Settings", source: str, told: "Told") -> "FolderTaken":
    if not source.lower().startswith(("http://", "https://")):
        return await opened.library.add_path(Path(source), told=told)
    from dragoman.knowledge.crawling.base import CrawlLimits
    from dragoman.knowledge.sites import add_site

    one_page = CrawlLimits(max_pages=1, max_depth=0)
    private = settings.knowledge.crawl_private
    return await add_site(opened.library, source, limits=one_page, allow_private=private, told=told)


async def _remove_one(opened: "OpenKnowledge", name: str) -> int:
    from dragoman.knowledge.crawling.urls import canonical
    from dragoman.storage.jobs import PostgresJobs

    if not name.lower().startswith(("http://", "https://")):
        return await opened.library.remove(name)
    url = canonical(name)
    followed = await PostgresJobs(opened.database).remove_site(url)
    return await opened.library.remove(url) or int(followed)


def _language(words: str, given: str | None, settings: "Settings") -> str:
    from dragoman.languages.detect import Detector
    from dragoman.languages.registry import LANGUAGES, match_tag

    if given is None:
        return Detector(fallback=settings.desk.fallback).decide(words).language
    code = match_tag(given)
    if code is None:
        raise OperatorError(f"--language: {given!r} is none of {' '.join(LANGUAGES)}.")
    return code


def _run(
    ctx: typer.Context,
    work: "Callable[[OpenKnowledge, Settings, Told], Coroutine[Any, Any, Result]]",
    *,
    quiet: bool,
) -> Result:
    """Open the home's knowledge, do something with it, and close it."""
    from dragoman.watching.logs import configure

    called = invocation(ctx)
    settings = called.settings()
    configure(format=settings.log.format, level="warning", process="knowledge")

    async def opened(url: str, told: "Told") -> Result:
        async with _open(settings, url) as knowledge:
            return await work(knowledge, settings, told)

    with home_database(called.home, settings) as url, _bar(quiet=quiet) as told:
        return asyncio.run(opened(url, told))


@asynccontextmanager
async def _open(settings: "Settings", url: str) -> "AsyncGenerator[OpenKnowledge]":
    from dragoman.wiring import open_knowledge

    async with open_knowledge(
        settings.knowledge, database_url=url, fallback=settings.desk.fallback, connections=_CONNECTIONS
    ) as opened:
        yield opened


@contextmanager
def _bar(*, quiet: bool) -> "Generator[Told]":
    """Show on stderr, where that is a terminal, how far it is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    shown = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
    with shown as bars:
        task = bars.add_task("", total=None)

        def told(done: int, total: int, at_hand: str) -> None:
            bars.update(task, completed=done, total=total, description=at_hand[-60:])

        yield told


def _report(found: "list[FolderTaken]", *, as_json: bool) -> int:
    from dragoman.knowledge.library import FolderTaken
    from dragoman.knowledge.report import report_record

    whole = FolderTaken(
        tuple(one for part in found for one in part.taken),
        tuple(one for part in found for one in part.refused),
        tuple(one for part in found for one in part.removed),
    )
    record = report_record(whole)
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
    else:
        counts = {**record["taken"], "removed": len(whole.removed), "refused": len(whole.refused)}
        typer.echo(", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing")
        for warning in record["warnings"]:
            typer.echo(warning, err=True)
    for location, reason in whole.refused:
        typer.echo(f"{location}: {reason}" if location not in reason else reason, err=True)
    return CHECK_FAILED if whole.refused else 0
