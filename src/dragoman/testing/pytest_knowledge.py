"""A desk with the real ladder: PostgreSQL, the bundled embedder and a folder of documents, over real sockets."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from dragoman.engines.base import Engine
from dragoman.engines.counted import CountedEngine, ModelMetrics
from dragoman.languages.detect import Detector
from dragoman.languages.phrases import Phrases
from dragoman.settings import Settings
from dragoman.storage.conversations import open_conversations
from dragoman.storage.measures import DatabaseMeasures
from dragoman.testing.loopback import loopback
from dragoman.testing.pytest_desk import OpenDesk
from dragoman.testing.scripted_engine import ScriptedEngine
from dragoman.watching.metrics import new_registry
from dragoman.web.app import create_app
from dragoman.wiring import OpenKnowledge, assemble, build_ladder, open_knowledge

_DELIVERY = """# Delivery

## Within Germany
Parcels within Germany arrive 2 to 3 working days after you order. Delivery within Germany costs €4.90.

## To Austria
Parcels to Austria arrive 4 to 6 working days after you order. Delivery to Austria costs €11.90.
"""
_RETURNS = """# Returns

## Your right to return
You can send goods back within 30 days of receiving them. They must be unused and in their own box.

## Damaged goods
If something arrives broken, write to help@shop.example within 14 days and attach a photo of the damage.
"""
_CURATED = """id,topic,language,question,wordings,answer,status,reviewer
cancel,Orders,en,How do I cancel my order?,I want to cancel my order|Can I still cancel?,"Write to us within 2 hours of ordering, and we cancel it.",approved,Ada
cancel,Orders,de,Wie storniere ich meine Bestellung?,Ich möchte meine Bestellung stornieren,"Schreiben Sie uns innerhalb von 2 Stunden nach der Bestellung, dann stornieren wir sie.",approved,Ada
"""


@dataclass(frozen=True, slots=True)
class KnowingDesk:
    """A desk that listens, what it knows, and the folder it was told by."""

    open: OpenDesk
    knowledge: OpenKnowledge
    folder: Path

    async def take_in(self) -> None:
        """Read the folder again: what changed is taken in, what is gone is forgotten."""
        await self.knowledge.library.add_folder(self.folder)


@asynccontextmanager
async def knowing_desk(
    database_url: str, engine: Engine, folder: Path, **settings: Any
) -> AsyncGenerator[KnowingDesk]:
    """Serve a desk that answers from a folder on a free loopback port; `settings` are groups of settings, by name."""
    async with AsyncExitStack() as stack:
        given, phrases, registry = Settings(**settings), Phrases.load(), new_registry()
        engine = CountedEngine(engine, ModelMetrics(registry))
        detector = Detector(fallback=given.desk.fallback)
        conversations = await stack.enter_async_context(open_conversations(database_url, connections=5))
        knowledge = await stack.enter_async_context(
            open_knowledge(
                given.knowledge, database_url=database_url, fallback=given.desk.fallback, connections=5
            )
        )
        await knowledge.library.add_folder(folder)
        measures = DatabaseMeasures(knowledge.database, embedder=knowledge.embedder.name, registry=registry)
        stack.push_async_callback(measures.close)
        ladder = build_ladder(
            given.answers,
            knowledge=knowledge,
            engine=engine,
            phrases=phrases,
            detector=detector,
            registry=registry,
        )
        desk = assemble(
            given,
            conversations=conversations,
            engine=engine,
            ladder=ladder,
            phrases=phrases,
            detector=detector,
            registry=registry,
            measures=(measures.refresh,),
        )
        stack.push_async_callback(desk.runner.drain, 5.0)
        stack.callback(desk.stopping.set)
        url = await stack.enter_async_context(loopback(create_app(desk)))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60))
        yield KnowingDesk(OpenDesk(url, desk, client), knowledge, folder)


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    """A folder with two pages and a table of approved answers."""
    folder = tmp_path / "handbook"
    folder.mkdir()
    for name, text in (("delivery.md", _DELIVERY), ("returns.md", _RETURNS), ("approved.csv", _CURATED)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
async def knowing(database_url: str, scripted: ScriptedEngine, handbook: Path) -> AsyncGenerator[KnowingDesk]:
    """A desk that answers from `handbook`; its engine is `scripted`."""
    async with knowing_desk(database_url, scripted, handbook) as opened:
        yield opened
