"""`/api/v1/knowledge/curated`, as a program sees it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException, Request

from dragoman.storage.curated import PostgresCurated
from dragoman.storage.pool import Database
from dragoman.testing.letter_embedder import LetterEmbedder
from dragoman.web.curated import CuratedRoom, create_router

ALL = "/api/v1/knowledge/curated"
pytestmark = pytest.mark.database

TABLE = (
    "id,topic,language,question,wordings,answer,status,reviewer\n"
    "hours,Shop,en,When are you open?,Opening hours|Open today?,From 9 to 5.,approved,Ada\n"
    "hours,Shop,de,Wann haben Sie offen?,,Von 9 bis 17 Uhr.,draft,\n"
)


def guard(request: Request) -> None:
    if request.headers.get("authorization") != "Bearer key":
        raise HTTPException(401)


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    database = Database(database_url, connections=2)
    await database.open()
    app = FastAPI()
    app.include_router(
        create_router(CuratedRoom(PostgresCurated(database), LetterEmbedder()), guard=Depends(guard))
    )
    headers = {"Authorization": "Bearer key"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://desk", headers=headers
    ) as opened:
        yield opened
    await database.close()


async def test_a_table_goes_in_and_out(client: httpx.AsyncClient) -> None:
    dry = await client.post(f"{ALL}/import", params={"dry_run": True}, content=TABLE.encode())
    assert dry.json() == {"added": 2, "changed": 0, "unchanged": 0, "entries": ["hours"]}
    assert (await client.get(ALL)).json() == {"texts": []}
    await client.post(f"{ALL}/import", content=TABLE.encode())
    texts = (await client.get(ALL, params={"status": "approved"})).json()["texts"]
    assert [(text["language"], text["wordings"]) for text in texts] == [
        ("en", ["Opening hours", "Open today?"])
    ]
    exported = await client.get(f"{ALL}/export", params={"format": "csv"})
    assert "Von 9 bis 17 Uhr." in exported.text
    assert "answers.csv" in exported.headers["content-disposition"]
    again = await client.post(f"{ALL}/import", content=exported.content)
    assert again.json()["unchanged"] == 2


async def test_coverage_counts_by_language(client: httpx.AsyncClient) -> None:
    await client.post(f"{ALL}/import", content=TABLE.encode())
    found = (await client.get(f"{ALL}/coverage")).json()
    assert found["entries"] == [
        {"id": "hours", "topic": "Shop", "languages": {"en": "approved", "de": "draft"}}
    ]
    assert found["totals"]["fr"] == {"approved": 0, "draft": 0, "missing": 1}
    assert len(found["totals"]) == 29


async def test_a_po_file_is_for_a_translator(client: httpx.AsyncClient) -> None:
    await client.post(f"{ALL}/import", content=TABLE.encode())
    exported = await client.get(f"{ALL}/export", params={"format": "po", "language": "de"})
    assert 'msgctxt "hours:answer"' in exported.text
    assert "Von 9 bis 17 Uhr." in exported.text


async def test_entries_are_removed_whole_or_in_a_language(client: httpx.AsyncClient) -> None:
    await client.post(f"{ALL}/import", content=TABLE.encode())
    assert (await client.delete(f"{ALL}/hours", params={"language": "de"})).json() == {"removed": 1}
    assert (await client.delete(f"{ALL}/hours")).json() == {"removed": 1}
    assert (await client.get(f"{ALL}/coverage")).json()["entries"] == []


@pytest.mark.parametrize("path", ["", "/coverage", "/export"])
async def test_nobody_comes_in_without_a_key(path: str, client: httpx.AsyncClient) -> None:
    assert (await client.get(ALL + path, headers={"Authorization": "Bearer other"})).status_code == 401
