"""What every implementation of `dragoman.engines.local.base.Backend` does. Subclass, and give the fixture `backend`."""

# ruff: noqa: D102 - the names of the tests say what is promised

import asyncio
import json
from typing import Any

import pytest

from dragoman.engines.local.base import ANY_OBJECT, Backend, Chunk, Generation
from dragoman.engines.local.schemas import supported
from dragoman.nouns.errors import PromptTooLongError

PATIENCE = 60.0
"""Seconds after which something that should have come is taken not to come."""

STORY = "Once upon a time, in a small town by the sea,"
HALF_CHARACTERS = "Emoji and signs: 🌍🎉 你好世界 สวัสดี 🌍🎉 你好世界 สวัสดี 🌍🎉"


async def chunks_of(backend: Backend, request: Generation) -> list[Chunk]:
    """Return all chunks of a request."""
    async with asyncio.timeout(PATIENCE), backend.generate(request) as writing:
        return [chunk async for chunk in writing]


async def text_of(backend: Backend, request: Generation) -> str:
    """Return the whole text of a request."""
    return "".join(chunk.text for chunk in await chunks_of(backend, request))


async def known(backend: Backend, request: Generation) -> tuple[str, str]:
    """Return the text of a request twice, both times with its prompt in the backend's prefix cache.

    The first time the whole prompt is computed, later only what the cache lacks, in batches of another shape. Sums are
    then rounded otherwise, and where two tokens are about equally likely the other one may be taken.
    """
    await chunks_of(backend, request)
    return await text_of(backend, request), await text_of(backend, request)


def greedy(prompt: str, **options: Any) -> Generation:
    """Return a request that has one answer only."""
    return Generation(prompt, temperature=0.0, **options)


class BackendContract:
    """The promises of a backend."""

    async def test_only_the_last_chunk_ends(self, backend: Backend) -> None:
        chunks = await chunks_of(backend, greedy(STORY, max_tokens=12, ignore_eos=True))
        assert [chunk.finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
        assert chunks[-1].finish_reason == "length"

    @pytest.mark.parametrize("tokens", [1, 2, 7, 25])
    async def test_exactly_so_many_tokens_are_written(self, backend: Backend, tokens: int) -> None:
        chunks = await chunks_of(backend, greedy(STORY, max_tokens=tokens, ignore_eos=True))
        assert sum(chunk.tokens for chunk in chunks) == tokens
        assert chunks[-1].finish_reason == "length"

    async def test_a_prompt_has_the_same_tokens_each_time_and_more_when_it_is_longer(
        self, backend: Backend
    ) -> None:
        counts: list[int] = []
        for prompt in (STORY, STORY, f"{STORY} {STORY}"):
            async with backend.generate(greedy(prompt, max_tokens=1)) as writing:
                assert [chunk async for chunk in writing]
            counts.append(writing.prompt_tokens)
        assert counts[0] == counts[1] < counts[2] <= 2 * counts[0]

    async def test_the_likeliest_text_is_the_same_each_time(self, backend: Backend) -> None:
        first, again = await known(backend, greedy(STORY, max_tokens=24))
        assert first == again, (first, again)
        assert first

    async def test_a_shorter_answer_is_the_beginning_of_a_longer(self, backend: Backend) -> None:
        longer, _ = await known(backend, greedy(STORY, max_tokens=24, ignore_eos=True))
        shorter = await text_of(backend, greedy(STORY, max_tokens=9, ignore_eos=True))
        assert longer.startswith(shorter)
        assert len(shorter) < len(longer)

    async def test_a_seed_repeats_and_another_differs(self, backend: Backend) -> None:
        def drawn(seed: int | None) -> Generation:
            return Generation(STORY, max_tokens=24, temperature=1.2, seed=seed, ignore_eos=True)

        first, again = await known(backend, drawn(7))
        other = await text_of(backend, drawn(8))
        assert first == again, (first, again)
        assert first != other

    async def test_without_a_seed_each_draw_is_another(self, backend: Backend) -> None:
        request = Generation(STORY, max_tokens=24, temperature=1.2, ignore_eos=True)
        assert await text_of(backend, request) != await text_of(backend, request)

    async def test_no_part_of_a_stop_string_is_written(self, backend: Backend) -> None:
        """Stop strings that begin in one chunk and end in a later one: every border there is."""
        await chunks_of(backend, greedy(STORY, max_tokens=16, ignore_eos=True))
        chunks = await chunks_of(backend, greedy(STORY, max_tokens=16, ignore_eos=True))
        whole = "".join(chunk.text for chunk in chunks)
        borders = [sum(len(one.text) for one in chunks[:count]) for count in range(1, len(chunks))]
        stops = {whole[max(0, border - 2) : border + 3] for border in borders if 2 < border < len(whole) - 3}
        assert stops
        for stop in sorted(stops)[:5]:
            stopped = await chunks_of(
                backend, greedy(STORY, max_tokens=16, ignore_eos=True, stop=("never written", stop))
            )
            assert "".join(chunk.text for chunk in stopped) == whole[: whole.index(stop)]
            assert stopped[-1].finish_reason == "stop"
            assert sum(chunk.tokens for chunk in stopped) <= 16

    async def test_what_only_looks_like_a_stop_string_is_written(self, backend: Backend) -> None:
        plain = await text_of(backend, greedy(STORY, max_tokens=12, ignore_eos=True))
        stop = f"{plain[-3:]}§§"
        assert await text_of(backend, greedy(STORY, max_tokens=12, ignore_eos=True, stop=(stop,))) == plain

    async def test_no_half_character_is_written(self, backend: Backend) -> None:
        for tokens in range(1, 12):
            chunks = await chunks_of(backend, greedy(HALF_CHARACTERS, max_tokens=tokens, ignore_eos=True))
            assert all("\ufffd" not in chunk.text for chunk in chunks)

    async def test_the_own_end_is_not_taken_before_so_many_tokens(self, backend: Backend) -> None:
        chunks = await chunks_of(backend, greedy(STORY, max_tokens=40, min_tokens=40))
        assert sum(chunk.tokens for chunk in chunks) == 40

    async def test_options_of_drawing_are_taken(self, backend: Backend) -> None:
        request = Generation(
            STORY, max_tokens=12, temperature=0.7, top_p=0.9, top_k=20, seed=3, ignore_eos=True,
            repetition_penalty=1.1, presence_penalty=0.5, frequency_penalty=0.5,
        )  # fmt: skip
        first, again = await known(backend, request)
        assert first == again, (first, again)

    @pytest.mark.parametrize(
        "schema",
        [
            {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "maxLength": 12},
                    "age": {"type": "integer", "minimum": 3, "maximum": 9},
                    "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 1, "maxItems": 2},
                    "more": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/more"}]},
                },
                "required": ["name", "age", "tags", "more"],
                "additionalProperties": False,
                "$defs": {
                    "more": {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
                },
            },
        ],
    )
    async def test_json_fits_its_schema(self, backend: Backend, schema: dict[str, Any]) -> None:
        chunks = await chunks_of(
            backend, greedy("A child as JSON: ", max_tokens=120, json_schema=supported(schema))
        )
        child = json.loads("".join(chunk.text for chunk in chunks))
        assert chunks[-1].finish_reason == "stop"
        assert set(child) == {"name", "age", "tags", "more"}
        assert len(child["name"]) <= 12
        assert 3 <= child["age"] <= 9
        assert set(child["tags"]) <= {"a", "b"}
        assert child["more"] is None or isinstance(child["more"]["ok"], bool)

    async def test_any_object_is_an_object(self, backend: Backend) -> None:
        text = await text_of(
            backend, greedy('The city as JSON, short: {"a": 1}\n', max_tokens=200, json_schema=ANY_OBJECT)
        )
        assert text.lstrip().startswith("{")

    async def test_many_run_side_by_side_without_mixing(self, backend: Backend) -> None:
        requests = [
            Generation(f"{STORY} number {number},", max_tokens=10 + number, seed=number, ignore_eos=True)
            for number in range(6)
        ]
        answers = await asyncio.gather(*(chunks_of(backend, request) for request in requests))
        assert [sum(chunk.tokens for chunk in chunks) for chunks in answers] == [10, 11, 12, 13, 14, 15]

    async def test_who_leaves_frees_the_model(self, backend: Backend) -> None:
        """The ones left behind would take minutes: whoever comes next gets their places at once."""
        endless = greedy(STORY, max_tokens=100_000, ignore_eos=True)

        async def leave() -> None:
            async with backend.generate(endless) as writing:
                async for _ in writing:
                    return

        for _ in range(3):
            await asyncio.gather(*(leave() for _ in range(4)))
        async with asyncio.timeout(PATIENCE):
            chunks = await chunks_of(backend, greedy(STORY, max_tokens=5, ignore_eos=True))
        assert sum(chunk.tokens for chunk in chunks) == 5

    async def test_a_task_that_is_cancelled_frees_the_model(self, backend: Backend) -> None:
        endless = greedy(STORY, max_tokens=100_000, ignore_eos=True)
        tasks = [asyncio.create_task(chunks_of(backend, endless)) for _ in range(6)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert await text_of(backend, greedy(STORY, max_tokens=9, ignore_eos=True))

    async def test_a_prompt_that_does_not_fit_is_refused_with_both_numbers(self, backend: Backend) -> None:
        context = backend.info.context_tokens
        with pytest.raises(PromptTooLongError) as refused:
            await chunks_of(backend, greedy("word " * (context + 5000), max_tokens=1))
        assert refused.value.context_tokens == context
        assert context + 4990 <= refused.value.prompt_tokens <= context + 5010

    async def test_it_says_what_is_loaded_and_that_it_can_work(self, backend: Backend) -> None:
        info = backend.info
        assert info.context_tokens > 0
        assert info.threads > 0
        assert info.eos
        assert "<|im_start|>" in info.control_tokens
        assert "message" in info.chat_template
        assert backend.problem() is None
        assert 0.0 <= backend.kv_cache_use() <= 1.0
