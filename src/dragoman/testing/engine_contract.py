"""What every implementation of `dragoman.engines.base.Engine` does. Subclass, and give the fixture `engine`.

Its replies come from the fixture `scripted`, which stands behind whatever is tested.
"""

# ruff: noqa: D102 - the names of the tests say what is promised

import asyncio
from collections.abc import Callable

import pytest

from dragoman.engines.base import ChatMessage, Engine, Piece, Sampling
from dragoman.nouns.errors import (
    EngineBusyError,
    EngineError,
    EngineInterruptedError,
    EngineUnavailableError,
    PromptTooLongError,
)
from dragoman.testing.scripted_engine import ScriptedEngine

PATIENCE = 30.0
"""Seconds after which something that should have come is taken not to come."""

HELLO = (ChatMessage("system", "Answer."), ChatMessage("user", "Hello"))


async def pieces_of(engine: Engine, sampling: Sampling | None = None) -> list[Piece]:
    """Return all pieces of a reply."""
    async with asyncio.timeout(PATIENCE), engine.chat(HELLO, sampling or Sampling()) as pieces:
        return [piece async for piece in pieces]


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, condition
        await asyncio.sleep(0.005)


class EngineContract:
    """The promises of an engine."""

    @pytest.fixture
    def scripted(self) -> ScriptedEngine:
        return ScriptedEngine()

    async def test_only_the_last_piece_ends(self, engine: Engine, scripted: ScriptedEngine) -> None:
        scripted.reply("One two three.")
        pieces = await pieces_of(engine)
        assert "".join(piece.text for piece in pieces) == "One two three."
        assert len(pieces) > 2
        assert [piece.finish_reason for piece in pieces[:-1]] == [None] * (len(pieces) - 1)
        assert pieces[-1].finish_reason == "stop"
        assert pieces[-1].usage is not None
        assert pieces[-1].usage.completion_tokens == 3

    async def test_a_reply_that_was_cut_says_so(self, engine: Engine, scripted: ScriptedEngine) -> None:
        scripted.reply("One two", finish_reason="length")
        assert (await pieces_of(engine))[-1].finish_reason == "length"

    async def test_every_piece_names_the_weights(self, engine: Engine, scripted: ScriptedEngine) -> None:
        assert {piece.model for piece in await pieces_of(engine)} == {scripted.model}

    async def test_an_empty_reply_is_a_reply(self, engine: Engine, scripted: ScriptedEngine) -> None:
        scripted.reply("")
        (only,) = await pieces_of(engine)
        assert (only.text, only.finish_reason) == ("", "stop")

    async def test_the_prompt_arrives_as_it_is(self, engine: Engine, scripted: ScriptedEngine) -> None:
        await pieces_of(engine)
        assert [messages for messages, _ in scripted.asked] == [HELLO]

    async def test_words_come_as_they_are_written(self, engine: Engine, scripted: ScriptedEngine) -> None:
        script = scripted.reply("One two", gate=asyncio.Event())
        assert script.gate is not None
        async with asyncio.timeout(PATIENCE), engine.chat(HELLO, Sampling()) as pieces:
            assert (await anext(pieces)).text.strip() == "One"
            script.gate.set()
            assert [piece async for piece in pieces][-1].finish_reason == "stop"

    async def test_leaving_a_reply_stops_it(self, engine: Engine, scripted: ScriptedEngine) -> None:
        scripted.reply("One two", gate=asyncio.Event())
        async with asyncio.timeout(PATIENCE), engine.chat(HELLO, Sampling()) as pieces:
            await anext(pieces)
        await until(lambda: scripted.closed_early == 1)

    async def test_a_task_that_is_cancelled_stops_its_reply(
        self, engine: Engine, scripted: ScriptedEngine
    ) -> None:
        scripted.reply("One two", gate=asyncio.Event())
        writing = asyncio.create_task(pieces_of(engine))
        await until(lambda: len(scripted.asked) == 1)
        writing.cancel()
        await asyncio.wait({writing})
        await until(lambda: scripted.closed_early == 1)

    @pytest.mark.parametrize(
        "failure",
        [
            EngineUnavailableError(),
            EngineBusyError(retry_after=7),
            PromptTooLongError(prompt_tokens=900, context_tokens=512),
            EngineError(),
        ],
    )
    async def test_a_refusal_keeps_its_name(
        self, engine: Engine, scripted: ScriptedEngine, failure: EngineError
    ) -> None:
        scripted.reply("", failure=failure)
        with pytest.raises(type(failure)) as caught:
            await pieces_of(engine)
        if isinstance(caught.value, EngineBusyError):
            assert caught.value.retry_after == 7
        if isinstance(caught.value, PromptTooLongError):
            assert (caught.value.prompt_tokens, caught.value.context_tokens) == (900, 512)

    async def test_a_reply_that_breaks_off_is_interrupted(
        self, engine: Engine, scripted: ScriptedEngine
    ) -> None:
        scripted.reply("One two", failure=EngineInterruptedError())
        with pytest.raises(EngineInterruptedError):
            await pieces_of(engine)

    async def test_after_a_failure_it_goes_on(self, engine: Engine, scripted: ScriptedEngine) -> None:
        scripted.reply("", failure=EngineUnavailableError())
        with pytest.raises(EngineUnavailableError):
            await pieces_of(engine)
        assert (await pieces_of(engine))[-1].finish_reason == "stop"

    async def test_many_run_side_by_side_without_mixing(
        self, engine: Engine, scripted: ScriptedEngine
    ) -> None:
        texts = [f"This is number {number} of many." for number in range(8)]
        for text in texts:
            scripted.reply(text)
        replies = await asyncio.gather(*(pieces_of(engine) for _ in texts))
        assert sorted("".join(piece.text for piece in pieces) for pieces in replies) == texts

    async def test_it_says_that_it_can_work_and_what_it_serves(
        self, engine: Engine, scripted: ScriptedEngine
    ) -> None:
        scripted.stands_in_for = "another"
        health = await engine.health()
        assert health.ready
        assert health.models == (scripted.model,)
        assert health.stands_in_for == "another"

    async def test_it_says_that_it_cannot_work(self, engine: Engine, scripted: ScriptedEngine) -> None:
        scripted.ready = False
        health = await engine.health()
        assert not health.ready
        assert health.detail
