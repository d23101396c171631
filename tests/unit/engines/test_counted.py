"""Counting changes nothing of what is written, and tells how it ended."""

import pytest
from prometheus_client import CollectorRegistry

from dragoman.engines.base import ChatMessage, Sampling
from dragoman.engines.counted import CountedEngine, ModelMetrics
from dragoman.nouns.errors import EngineUnavailableError
from dragoman.testing.scripted_engine import ScriptedEngine

ASKED = (ChatMessage("user", "Hello"),)


def counted(engine: ScriptedEngine) -> tuple[CountedEngine, CollectorRegistry]:
    registry = CollectorRegistry()
    return CountedEngine(engine, ModelMetrics(registry)), registry


def calls(registry: CollectorRegistry, outcome: str) -> float | None:
    return registry.get_sample_value("dragoman_model_calls_total", {"outcome": outcome})


async def written(engine: CountedEngine | ScriptedEngine) -> list[str]:
    async with engine.chat(ASKED, Sampling()) as pieces:
        return [piece.text async for piece in pieces]


async def test_the_text_is_the_same_and_its_waits_are_counted() -> None:
    engine, registry = counted(ScriptedEngine())
    texts = await written(engine)
    assert texts == await written(ScriptedEngine())
    assert calls(registry, "whole") == 1
    assert registry.get_sample_value("dragoman_model_first_word_seconds_count") == 1
    assert registry.get_sample_value("dragoman_model_next_word_seconds_count") == len(texts) - 1
    assert (registry.get_sample_value("dragoman_model_tokens_total", {"kind": "completion"}) or 0) > 0
    assert registry.get_sample_value("dragoman_model_calls_live") == 0


async def test_what_nobody_wanted_to_its_end_is_counted_as_left() -> None:
    engine, registry = counted(ScriptedEngine())
    async with engine.chat(ASKED, Sampling()) as pieces:
        await anext(pieces)
        assert registry.get_sample_value("dragoman_model_calls_live") == 1
    assert calls(registry, "left") == 1
    assert calls(registry, "whole") is None


async def test_a_failure_is_counted_by_its_code_and_passed_on() -> None:
    engine, registry = counted(ScriptedEngine(refuses=EngineUnavailableError()))
    with pytest.raises(EngineUnavailableError):
        await written(engine)
    assert calls(registry, "engine_unavailable") == 1
    assert registry.get_sample_value("dragoman_model_calls_live") == 0


async def test_health_and_end_are_those_of_the_engine() -> None:
    inner = ScriptedEngine()
    engine, _ = counted(inner)
    assert await engine.health() == await inner.health()
    await engine.close()
