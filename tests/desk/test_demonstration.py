"""The demonstration shop is there to begin with, and gone for good once an owner brings knowledge of their own."""

import pytest

from dragoman.settings import KnowledgeSettings
from dragoman.wiring import open_knowledge
from dragoman.wiring.knowledge_desk import fill

pytestmark = pytest.mark.database


async def taken_in(settings, database_url):
    async with open_knowledge(settings, database_url=database_url, fallback="en", connections=4) as knowledge:
        await fill(settings, knowledge, lambda done, total, at_hand: None)
        titles = {document.title for document in await knowledge.storage.documents(limit=100)}
        return titles, {text.entry for text in await knowledge.curated.texts()}


async def test_the_shop_goes_when_the_owner_brings_a_folder(database_url, tmp_path, monkeypatch):
    shop, own = tmp_path / "shop", tmp_path / "own"
    (shop / "curated").mkdir(parents=True)
    (shop / "delivery.md").write_text("# Delivery\n\n## How long\nA parcel takes 3 days.\n")
    (shop / "curated" / "en.csv").write_text(
        "id,topic,language,question,wordings,answer,status,reviewer\n"
        "time,Delivery,en,How long does it take?,,Three days.,approved,Demonstration\n"
    )
    own.mkdir()
    (own / "rooms.md").write_text("# Rooms\n\n## Breakfast\nBreakfast is served from 7 a.m.\n")
    monkeypatch.setattr("dragoman.wiring.knowledge_desk.demonstration", lambda: shop)

    assert await taken_in(KnowledgeSettings(), database_url) == ({"Delivery"}, {"time"})
    assert await taken_in(KnowledgeSettings(), database_url) == ({"Delivery"}, {"time"})
    assert await taken_in(KnowledgeSettings(folder=own), database_url) == ({"Rooms"}, set())
    assert await taken_in(KnowledgeSettings(demonstration=False), database_url) == ({"Rooms"}, set())
