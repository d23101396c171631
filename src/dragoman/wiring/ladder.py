"""Puts the rungs of the ladder together."""

from pathlib import Path

from prometheus_client import CollectorRegistry

from dragoman.answers.answerable import Answerable
from dragoman.answers.check import Check
from dragoman.answers.counted import (
    CountedCache,
    CountedCurated,
    CountedEmbedder,
    CountedSearch,
    RungMetrics,
)
from dragoman.answers.decline import Decline
from dragoman.answers.figures import Figures
from dragoman.answers.generate import Renderer
from dragoman.answers.ladder import Ladder
from dragoman.answers.levels import Levels
from dragoman.answers.model_name import ModelName
from dragoman.answers.quote import Quote
from dragoman.answers.small_talk import SmallTalk
from dragoman.embeddings.remembering import RememberingEmbedder
from dragoman.engines.base import Engine, Sampling
from dragoman.languages.base import LanguageDetector
from dragoman.languages.phrases import Phrases
from dragoman.nouns.level import Level
from dragoman.settings import AnswerSettings
from dragoman.storage.answer_cache import PostgresAnswerCache
from dragoman.storage.search import PassageIndex
from dragoman.wiring.knowledge import OpenKnowledge


def build_ladder(
    settings: AnswerSettings,
    *,
    knowledge: OpenKnowledge,
    engine: Engine,
    phrases: Phrases,
    detector: LanguageDetector,
    sampling: Sampling | None = None,
    home: Path | None = None,
    registry: CollectorRegistry | None = None,
) -> Ladder:
    """Return the ladder of one desk. Blocks for some milliseconds.

    Args:
        sampling: how the model draws its words.
        home: may hold levels that were measured there.
        registry: where the rungs tell what they did; None: nowhere.
    """
    metrics = RungMetrics(registry or CollectorRegistry())
    embedder, contact = CountedEmbedder(knowledge.embedder, metrics), settings.contact
    of_sentences = RememberingEmbedder(embedder)
    quote = Quote(phrases, of_sentences)
    kept = PostgresAnswerCache(knowledge.database, embedder=embedder.name, dimensions=embedder.dimensions)
    return Ladder(
        embedder=embedder,
        knowledge=knowledge,
        small_talk=SmallTalk.load(phrases, contact=contact),
        curated=CountedCurated(knowledge.curated, embedder, metrics),
        cache=CountedCache(kept, metrics),
        search=CountedSearch(PassageIndex(knowledge.database, embedder=embedder.name), metrics),
        answerable=Answerable.load(),
        renderer=Renderer(
            engine, phrases, Check(detector, of_sentences), sampling, on_refused=metrics.refused
        ),
        figures=Figures(phrases, quote, alone=settings.quotation == "beside"),
        quote=quote,
        decline=Decline(phrases, contact=contact),
        levels=Levels.load(home, _override(settings)),
        model_name=ModelName(engine),
    )


def _override(settings: AnswerSettings) -> dict[str, Level]:
    given = (item.partition("=") for item in settings.levels)
    return {code: Level(level) for code, _, level in given}
