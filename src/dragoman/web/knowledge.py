"""`/api/v1/knowledge`: documents, crawls, jobs and search, for programs that hold the key."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field, ValidationError

from dragoman.embeddings.base import Embedder
from dragoman.knowledge.intake import DetectLanguage
from dragoman.knowledge.jobs import Crawl, Upload, Work
from dragoman.knowledge.library import Library
from dragoman.knowledge.search import Search
from dragoman.languages.registry import match_tag
from dragoman.nouns.errors import (
    ApiKeyError,
    DocumentUnknownError,
    JobUnknownError,
    KnowledgeRefusedError,
    RequestInvalidError,
)
from dragoman.nouns.job import Job
from dragoman.nouns.knowledge import Found, Passage
from dragoman.web.curated import CuratedRoom
from dragoman.web.desk import HereDesk
from dragoman.web.visitor import bearer

PREFIX = "/api/v1/knowledge"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class KnowledgeDesk:
    """What the endpoints work with.

    Attributes:
        key_hash: SHA-256 of the key; None where there is none, and then nobody is let in.
    """

    key_hash: bytes | None
    library: Library
    work: Work
    search: Search
    embedder: Embedder
    detect_language: DetectLanguage
    curated: CuratedRoom


class TextBody(BaseModel):
    """A text of its own."""

    title: Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME)]
    text: Annotated[str, Field(min_length=1, description="Plain text or Markdown.")]
    url: Annotated[str | None, Field(max_length=2000, description="Where customers can read it.")] = None
    language: Annotated[str | None, Field(max_length=64, description="A BCP 47 tag.")] = None
    topic: Annotated[str | None, Field(max_length=_LONGEST_NAME)] = None


class CrawlBody(BaseModel):
    """A site."""

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    max_pages: Annotated[int | None, Field(ge=1, le=10_000)] = None
    max_depth: Annotated[int | None, Field(ge=0, le=20)] = None
    every_hours: Annotated[
        float | None, Field(ge=0.1, le=24 * 365, description="Crawl it again after so many hours, and again.")
    ] = None


def _opened(request: Request, desk: HereDesk) -> KnowledgeDesk:
    """Let in who holds the key; compared in constant time, before a byte of the body is read."""
    knowledge = desk.knowledge
    if knowledge is None or knowledge.key_hash is None:
        raise ApiKeyError("no key is set: give the desk one as knowledge.api_key")
    if not hmac.compare_digest(hashlib.sha256(bearer(request).encode()).digest(), knowledge.key_hash):
        raise ApiKeyError
    return knowledge


Opened = Annotated[KnowledgeDesk, Depends(_opened)]
guard = Depends(_opened)
"""Refuses whoever has no key."""

router = APIRouter(prefix=PREFIX, tags=["knowledge"])


@router.get("", summary="How much is known, by language")
async def state(knowledge: Opened) -> dict[str, Any]:
    """Return the version and the counts."""
    return asdict(await knowledge.library.storage.state())


@router.get("/documents", summary="List documents")
async def documents(
    knowledge: Opened,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    language: str | None = None,
) -> dict[str, Any]:
    """Return documents by id, from the one after `after` on; `next` is where to go on."""
    found = await knowledge.library.storage.documents(after=after, limit=limit, language=language)
    return {
        "documents": [asdict(one) for one in found],
        "next": found[-1].id if len(found) == limit else None,
    }


@router.get("/documents/{document_id}", summary="A document with its passages")
async def document(document_id: str, knowledge: Opened) -> dict[str, Any]:
    """Return it."""
    storage = knowledge.library.storage
    found = await storage.document(document_id)
    if found is None:
        raise DocumentUnknownError
    passages = await storage.passages_of(document_id)
    return {**asdict(found), "passages": [_passage(one) for one in passages]}


@router.delete("/documents/{document_id}", status_code=204, summary="Remove a document for good")
async def remove(document_id: str, knowledge: Opened) -> None:
    """Remove it, its passages and the answers remembered."""
    if not await knowledge.library.storage.remove_document(document_id):
        raise DocumentUnknownError


@router.post(
    "/documents", status_code=202, summary="Take a document in: a file as the body, or a text as JSON"
)
async def add(
    request: Request,
    knowledge: Opened,
    name: Annotated[
        str | None, Query(max_length=_LONGEST_NAME, description="The file's name, when the body is a file.")
    ] = None,
    title: Annotated[str | None, Query(max_length=_LONGEST_NAME)] = None,
    language: Annotated[str | None, Query(max_length=64)] = None,
    topic: Annotated[str | None, Query(max_length=_LONGEST_NAME)] = None,
    url: Annotated[str | None, Query(max_length=2000)] = None,
) -> dict[str, Any]:
    """Queue it and return the job; without `name` the body is a `TextBody`."""
    file = await asyncio.to_thread(knowledge.work.waiting_file)
    try:
        await _receive(request, file)
        if name is None:
            upload = await asyncio.to_thread(_text_upload, file)
        else:
            media_type = request.headers.get("content-type")
            upload = Upload(file, Path(name).name or name, media_type, title, _code(language), topic, url)
        return job_record(await knowledge.work.add_upload(upload))
    except BaseException:
        await asyncio.to_thread(file.unlink, missing_ok=True)
        raise


@router.post("/crawl", status_code=202, summary="Crawl a site")
async def crawl(body: CrawlBody, knowledge: Opened) -> dict[str, Any]:
    """Queue it and return the job; one that is under way already is returned instead."""
    every = timedelta(hours=body.every_hours) if body.every_hours else None
    job = await knowledge.work.add_crawl(Crawl(body.url, body.max_pages, body.max_depth), every=every)
    return job_record(job)


@router.get("/jobs", summary="The latest jobs")
async def jobs(knowledge: Opened, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> dict[str, Any]:
    """Return jobs, latest first."""
    return {"jobs": [job_record(one) for one in await knowledge.work.jobs.latest(limit=limit)]}


@router.get("/jobs/{job_id}", summary="A job")
async def job(job_id: str, knowledge: Opened) -> dict[str, Any]:
    """Return how far it is, and what came of it."""
    found = await knowledge.work.jobs.get(job_id)
    if found is None:
        raise JobUnknownError
    return job_record(found)


@router.delete("/jobs/{job_id}", status_code=204, summary="Cancel a job")
async def cancel(job_id: str, knowledge: Opened) -> None:
    """Cancel it: at once while it waits, within seconds while it runs; one that has ended stays as it is."""
    if not await knowledge.work.jobs.cancel(job_id) and await knowledge.work.jobs.get(job_id) is None:
        raise JobUnknownError


@router.get("/search", summary="Search as the desk does before it answers")
async def search(
    knowledge: Opened,
    q: Annotated[str, Query(min_length=1, max_length=4000)],
    limit: Annotated[int, Query(ge=1, le=100)] = 5,
    language: Annotated[str | None, Query(max_length=64)] = None,
) -> dict[str, Any]:
    """Return passages, best first."""
    code = _code(language) or knowledge.detect_language(q)
    vectors = await knowledge.embedder.queries([q])
    found = await knowledge.search.find(q, vectors[0], language=code, limit=limit)
    return {"language": code, "passages": [found_record(one) for one in found]}


def job_record(one: Job) -> dict[str, Any]:
    """Return a job for programs."""
    record = asdict(one)
    del record["arguments"]
    return record


def found_record(one: Found) -> dict[str, Any]:
    """Return a passage that was found, for programs."""
    return {
        **_passage(one.passage),
        "score": one.score,
        "meaning": one.meaning,
        "words": one.words,
    }


def _passage(one: Passage) -> dict[str, Any]:
    return {**asdict(one), "headings": list(one.headings)}


def _code(tag: str | None) -> str | None:
    if tag is None:
        return None
    if (code := match_tag(tag)) is None:
        raise KnowledgeRefusedError(f"{tag!r} is none of the desk's languages")
    return code


async def _receive(request: Request, file: Path) -> None:
    """Write the body to disk as it comes; how large it may be is bounded before it comes here."""
    opened = await asyncio.to_thread(file.open, "wb")
    try:
        async for block in request.stream():
            await asyncio.to_thread(opened.write, block)
    finally:
        await asyncio.to_thread(opened.close)


def _text_upload(file: Path) -> Upload:
    """Put the text of a JSON body in the place of the body."""
    try:
        body = TextBody.model_validate(_object(json.loads(file.read_bytes())))
    except (ValueError, ValidationError, RecursionError):
        raise RequestInvalidError from None
    file.write_text(body.text, encoding="utf-8", errors="replace")
    return Upload(
        file, f"{body.title}.md", "text/markdown", body.title, _code(body.language), body.topic, body.url
    )


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError
    return value  # pyright: ignore[reportUnknownVariableType] - the model checks it
