"""The real engine's own numbers, while it writes and afterwards."""

import asyncio

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

pytestmark = pytest.mark.model

LONG = {"prompt": "One two three. " * 300, "max_tokens": 400, "ignore_eos": True, "stream": True}


async def scrape(client: httpx.AsyncClient) -> dict[str, float]:
    text = (await client.get("/metrics")).raise_for_status().text
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if "le" not in sample.labels
    }


async def test_queue_and_attention_cache_are_seen_while_it_writes(engine_url: str) -> None:
    base = engine_url.removesuffix("/v1")
    async with httpx.AsyncClient(base_url=base, timeout=120) as client:
        before = await scrape(client)
        async with client.stream("POST", "/v1/completions", json=LONG) as answer:
            lines = answer.aiter_lines()
            await anext(lines)
            async with asyncio.timeout(60):
                while not (during := await scrape(client))["dragoman_engine_kv_cache_use_ratio"]:
                    await anext(lines)
            for _ in range(20):
                await anext(lines)
            assert during["dragoman_engine_running"] == 1
            assert 0 < during["dragoman_engine_kv_cache_use_ratio"] <= 1
        async with asyncio.timeout(60):
            while (after := await scrape(client))["dragoman_engine_running"]:
                continue  # asking takes time enough
    assert after["dragoman_engine_kv_cache_bytes"] > 1_000_000
    assert after["dragoman_engine_memory_bytes"] > after["dragoman_process_memory_bytes"]
    pieces = "dragoman_engine_next_piece_seconds_count"
    assert after[pieces] > before.get(pieces, 0)
    assert after["dragoman_engine_model_info"] == 1
