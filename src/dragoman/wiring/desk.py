"""Opens a desk: its rooms put together, served until told to stop."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from dragoman.answers.base import Answering
from dragoman.conversation.metrics import TurnMetrics
from dragoman.conversation.runner import Runner
from dragoman.conversation.sweeper import keep_sweeping
from dragoman.conversation.turn import Line
from dragoman.engines.base import Engine, Sampling
from dragoman.engines.counted import CountedEngine, ModelMetrics
from dragoman.knowledge.jobs import run_jobs
from dragoman.languages.base import LanguageDetector
from dragoman.languages.detect import Detector
from dragoman.languages.phrases import Phrases
from dragoman.serving.listen import listen
from dragoman.settings import EngineServer, EngineSettings, GenerationSettings, Settings
from dragoman.storage.base import Conversations
from dragoman.storage.conversations import open_conversations
from dragoman.storage.measures import DatabaseMeasures
from dragoman.watching.metrics import new_registry
from dragoman.web.app import create_app
from dragoman.web.desk import Desk, Measure
from dragoman.web.knowledge import KnowledgeDesk
from dragoman.wiring.engine import open_engine
from dragoman.wiring.knowledge import OpenKnowledge, knowledge_in
from dragoman.wiring.knowledge_desk import Told, fill, knowledge_desk
from dragoman.wiring.ladder import build_ladder

# Within what a supervisor gives the desk beyond its drain before it kills it (`supervisor/household.py`).
_LAST_WORDS_SECONDS = 2.0


def _untold(done: int, total: int, at_hand: str) -> None:
    """Nobody listens."""


def sampling(settings: GenerationSettings) -> Sampling:
    """Return how the model draws its words."""
    return Sampling(
        max_tokens=settings.max_tokens,
        temperature=settings.temperature,
        top_p=settings.top_p,
        repetition_penalty=settings.repetition_penalty,
        seed=settings.seed,
    )


@asynccontextmanager
async def open_desk(
    settings: Settings,
    *,
    database_url: str,
    engine_urls: Sequence[str | EngineServer],
    home: Path,
    told: Told = _untold,
) -> AsyncGenerator[Desk]:
    """Open a desk on a database and engines; leaving the context closes them.

    `home` holds what was measured there, the key of the knowledge API, and documents that wait to be read; `told`
    hears of the knowledge that is taken in first.

    Raises:
        StorageUnavailableError: the database cannot be reached.
    """
    async with AsyncExitStack() as stack:
        # First, since this brings the database up to date, for all else that stands on it.
        conversations = await stack.enter_async_context(
            open_conversations(database_url, connections=settings.database.connections)
        )
        registry = new_registry()
        engine = await stack.enter_async_context(_counted(settings.engine, engine_urls, registry))
        knowledge = await stack.enter_async_context(_filled(settings, database_url, told))
        measures = await stack.enter_async_context(_measured(knowledge, registry))
        desk = await _put_together(
            settings,
            conversations=conversations,
            engine=engine,
            knowledge=knowledge,
            home=home,
            registry=registry,
            measures=(measures.refresh,),
        )
        stack.push_async_callback(desk.runner.drain, 0)
        await stack.enter_async_context(_working(settings, desk.knowledge))
        await stack.enter_async_context(_sweeping(settings, conversations))
        yield desk


@asynccontextmanager
async def _counted(
    settings: EngineSettings, urls: Sequence[str | EngineServer], registry: CollectorRegistry
) -> AsyncGenerator[Engine]:
    """Open the engine, which tells `registry` what it writes."""
    engine = CountedEngine(open_engine(settings, urls, registry=registry), ModelMetrics(registry))
    try:
        yield engine
    finally:
        await engine.close()


@asynccontextmanager
async def _filled(settings: Settings, database_url: str, told: Told) -> AsyncGenerator[OpenKnowledge]:
    """Open the knowledge, with what the desk is to know at its start taken in."""
    async with knowledge_in(
        settings.knowledge,
        database_url=database_url,
        fallback=settings.desk.fallback,
        connections=settings.database.connections,
    ) as knowledge:
        await fill(settings.knowledge, knowledge, told)
        yield knowledge


@asynccontextmanager
async def _measured(
    knowledge: OpenKnowledge, registry: CollectorRegistry
) -> AsyncGenerator[DatabaseMeasures]:
    measures = DatabaseMeasures(knowledge.database, embedder=knowledge.embedder.name, registry=registry)
    try:
        yield measures
    finally:
        await measures.close()


async def _put_together(
    settings: Settings,
    *,
    conversations: Conversations,
    engine: Engine,
    knowledge: OpenKnowledge,
    home: Path,
    registry: CollectorRegistry,
    measures: Sequence[Measure],
) -> Desk:
    """Build the ladder on what is open, and the desk on the ladder."""
    phrases, detector = Phrases.load(), Detector(fallback=settings.desk.fallback)
    ladder = build_ladder(
        settings.answers,
        knowledge=knowledge,
        engine=engine,
        phrases=phrases,
        detector=detector,
        sampling=sampling(settings.generation),
        home=home,
        registry=registry,
    )
    # What the first customer would wait for: the embedder's model and the approved answers.
    await asyncio.gather(knowledge.embedder.queries(["?"]), ladder.prepare())
    return assemble(
        settings,
        conversations=conversations,
        engine=engine,
        ladder=ladder,
        phrases=phrases,
        detector=detector,
        knowledge=await asyncio.to_thread(knowledge_desk, settings.knowledge, knowledge, detector, home),
        registry=registry,
        measures=measures,
    )


def assemble(
    settings: Settings,
    *,
    conversations: Conversations,
    engine: Engine,
    ladder: Answering,
    phrases: Phrases,
    detector: LanguageDetector,
    knowledge: KnowledgeDesk | None = None,
    registry: CollectorRegistry | None = None,
    measures: Sequence[Measure] = (),
) -> Desk:
    """Put a desk together from opened parts; without `knowledge` its API is closed, `registry` may have metrics already."""
    fallback = settings.desk.fallback
    registry = registry or new_registry()
    metrics = TurnMetrics(registry)
    line = Line(
        conversations=conversations,
        detector=detector,
        ladder=ladder,
        history_tokens=settings.generation.history_tokens,
        metrics=metrics,
    )
    runner = Runner(
        line=line, conversations=conversations, phrases=phrases, fallback=fallback, metrics=metrics
    )
    return Desk(
        runner=runner,
        conversations=conversations,
        engine=engine,
        phrases=phrases,
        registry=registry,
        locale=settings.desk.locale,
        fallback=fallback,
        name=settings.desk.name,
        max_message_chars=settings.desk.max_message_chars,
        knowledge=knowledge,
        measures=measures,
    )


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncGenerator[asyncio.Task[None]]:
    """Have `work` done in a task of its own while the context is open."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _sweeping(settings: Settings, conversations: Conversations) -> AbstractAsyncContextManager[object]:
    idle = timedelta(minutes=settings.conversations.idle_minutes)
    keep = timedelta(days=settings.conversations.keep_days)
    return _beside(keep_sweeping(conversations, idle=idle, keep=keep))


def _working(settings: Settings, knowledge: KnowledgeDesk | None) -> AbstractAsyncContextManager[object]:
    assert knowledge is not None, "a desk with a home has its knowledge"
    private = settings.knowledge.crawl_private
    return _beside(run_jobs(knowledge.work, knowledge.library, allow_private=private))


@asynccontextmanager
async def _draining(desk: Desk, seconds: float) -> AsyncGenerator[None]:
    """Give replies under way so long from the moment the desk is told to stop; then they end with words of their own."""

    async def drain() -> None:
        await desk.stopping.wait()
        await desk.runner.drain(seconds)

    async with _beside(drain()) as drained:
        yield
        if desk.stopping.is_set():
            await drained


async def run_desk(
    settings: Settings,
    *,
    database_url: str,
    engine_urls: Sequence[str | EngineServer],
    home: Path,
    told: Told = _untold,
    on_listening: Callable[[int], None] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Run a desk until SIGTERM, SIGINT or `stop`: replies under way are finished, new work is refused.

    Raises:
        OperatorError: the address cannot be had.
        StorageUnavailableError: the database cannot be reached.
    """
    drain_seconds = settings.desk.drain_seconds
    async with (
        open_desk(settings, database_url=database_url, engine_urls=engine_urls, home=home, told=told) as desk,
        _draining(desk, drain_seconds),
    ):
        await listen(
            create_app(desk),
            host=settings.desk.host,
            port=settings.desk.port,
            # Connections outlast the replies, so that the last words still reach their readers.
            drain_seconds=drain_seconds + _LAST_WORDS_SECONDS,
            on_listening=on_listening,
            on_stopping=desk.stopping.set,
            stop=stop,
        )
