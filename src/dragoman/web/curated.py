"""`/api/v1/knowledge/curated`: approved answers listed, put out as tables, taken in, removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.params import Depends
from starlette.responses import Response

from dragoman.embeddings.base import Embedder
from dragoman.knowledge.curated import coverage, put_texts
from dragoman.knowledge.tables import Format, read_table, write_table
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.curated import CuratedStatus, CuratedText, EntryId, ImportReport
from dragoman.storage.curated import PostgresCurated

_MEDIA_TYPES: Mapping[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "po": "text/x-gettext-translation; charset=utf-8",
}

LanguageCodes = Annotated[list[str] | None, Query(description="Codes of languages; without any, all.")]
TableFormat = Annotated[Format, Query(description="Of the table.")]


@dataclass(frozen=True, slots=True)
class CuratedRoom:
    """Where approved answers are, and what makes their vectors."""

    store: PostgresCurated
    embedder: Embedder


def create_router(room: CuratedRoom, *, guard: Depends) -> APIRouter:
    """Return the endpoints; `guard` refuses whoever has no key."""
    router = APIRouter(prefix="/api/v1/knowledge/curated", tags=["knowledge"], dependencies=[guard])

    @router.get("", summary="List approved answers and drafts")
    async def list_texts(  # pyright: ignore[reportUnusedFunction] - the router calls it
        language: LanguageCodes = None,
        status: Annotated[Literal["draft", "approved"] | None, Query(description="Only these.")] = None,
    ) -> dict[str, Any]:
        texts = await room.store.texts(languages=language, status=CuratedStatus(status) if status else None)
        return {"texts": [text_record(text) for text in texts]}

    @router.get("/coverage", summary="See in which languages each entry is answered")
    async def covered() -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction] - the router calls it
        found = await coverage(room.store)
        entries = [
            {
                "id": entry,
                "topic": found.topics[entry],
                "languages": {code: one.value for code, one in by.items()},
            }
            for entry, by in found.statuses.items()
        ]
        return {"entries": entries, "totals": found.totals(list(LANGUAGES))}

    @router.get("/export", summary="Get them as a table", response_class=Response)
    async def export(  # pyright: ignore[reportUnusedFunction] - the router calls it
        format: TableFormat = "csv",
        language: LanguageCodes = None,
        source: Annotated[str, Query(description="For PO: the language to translate from.")] = "en",
    ) -> Response:
        wanted = [*language, source] if language and format == "po" else language
        texts = await room.store.texts(languages=wanted)
        target = language[0] if language and len(language) == 1 else None
        table = write_table(texts, format, language=target, source=source)
        headers = {"Content-Disposition": f'attachment; filename="answers.{format}"'}
        return Response(table, media_type=_MEDIA_TYPES[format], headers=headers)

    @router.post("/import", summary="Take in a table; the body is the file")
    async def import_table(  # pyright: ignore[reportUnusedFunction] - the router calls it
        request: Request,
        format: TableFormat = "csv",
        dry_run: Annotated[bool, Query(description="Only tell what would come of it.")] = False,
    ) -> dict[str, Any]:
        texts = read_table(await request.body(), format)
        report = await put_texts(room.store, room.embedder, texts, dry_run=dry_run)
        return report_record(report)

    @router.delete("/{entry:path}", summary="Remove an entry, or what it says in one language")
    async def remove(  # pyright: ignore[reportUnusedFunction] - the router calls it
        entry: str, language: Annotated[str | None, Query(description="Only in this language.")] = None
    ) -> dict[str, int]:
        return {"removed": await room.store.remove([EntryId(entry)], language=language)}

    return router


def text_record(text: CuratedText) -> dict[str, Any]:
    """Return a text as JSON."""
    return {
        "id": text.entry,
        "topic": text.topic,
        "language": text.language,
        "question": text.question,
        "wordings": list(text.wordings),
        "answer": text.answer,
        "status": text.status.value,
        "reviewer": text.reviewer,
        "updated_at": text.updated_at.isoformat() if text.updated_at else None,
    }


def report_record(report: ImportReport) -> dict[str, Any]:
    """Return what came of an import as JSON."""
    return {
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "entries": list(report.entries),
    }
