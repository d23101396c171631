"""Pools of scripted engines, behind real servers on loopback."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from dragoman.engines.base import ChatMessage, Sampling
from dragoman.engines.openai import OpenAIEngine
from dragoman.engines.pool import Pool
from dragoman.engines.pool_member import Condition, Member
from dragoman.engines.pool_watch import Pace
from dragoman.nouns.errors import (
    EngineBusyError,
    EngineError,
    EngineInterruptedError,
    EngineUnavailableError,
    PromptTooLongError,
)
from dragoman.testing.engine_contract import until
from dragoman.testing.loopback import loopback
from dragoman.testing.scripted_engine import ScriptedEngine
from dragoman.testing.scripted_server import openai_app
from dragoman.watching.metrics import exposition, new_registry

QUICK = Pace(word=1.0, idle=30, waiting=0.1, rest=0.02, longest_rest=0.05)
UNWATCHED = Pace(word=30, idle=600, waiting=600)


class Engines:
    """Scripted engines, their servers' adapters as members, and the pool of them."""

    def __init__(self, scripted, members, pool, registry):
        self.scripted, self.members, self.pool, self.registry = scripted, members, pool, registry

    def told(self):
        return exposition(self.registry).decode()


@asynccontextmanager
async def engines(count, pace=QUICK, **options):
    async with AsyncExitStack() as stack:
        scripted = [ScriptedEngine(model=f"model-{number}") for number in range(count)]
        members = []
        for number, engine in enumerate(scripted):
            url = await stack.enter_async_context(loopback(openai_app(engine)))
            members.append(Member(OpenAIEngine(f"{url}/v1", **options), f"engine-{number}"))
        registry = new_registry()
        pool = Pool(members, pace=pace, registry=registry)
        stack.push_async_callback(pool.close)
        yield Engines(scripted, members, pool, registry)
        for engine in scripted:
            if engine.hangs is not None:
                engine.hangs.set()


async def write(pool, text="hello"):
    async with asyncio.timeout(30), pool.chat([ChatMessage("user", text)], Sampling()) as pieces:
        return [piece async for piece in pieces]


async def probed(opened):
    """Wait until every engine has answered its first probe."""
    await opened.pool.health()
    await until(lambda: all(engine.probed for engine in opened.scripted))


async def test_the_next_engine_is_tried_while_no_word_was_written():
    async with engines(3, UNWATCHED) as opened:
        await probed(opened)
        away, full, other = opened.scripted
        away.refuses, full.refuses = EngineUnavailableError(), EngineBusyError()
        assert (await write(opened.pool))[-1].model == "model-2"
        assert (len(away.asked), len(full.asked), len(other.asked)) == (1, 1, 1)
        assert 'passed_over_total{code="engine_unavailable",engine="engine-0"} 1.0' in opened.told()
        assert 'passed_over_total{code="engine_busy",engine="engine-1"} 1.0' in opened.told()


async def test_no_other_engine_is_tried_after_the_first_word():
    async with engines(2, UNWATCHED) as opened:
        breaking, other = opened.scripted
        breaking.reply("two words", failure=EngineInterruptedError())
        with pytest.raises(EngineInterruptedError):
            await write(opened.pool)
        assert other.asked == []
        assert 'interrupted_total{engine="engine-0"} 1.0' in opened.told()


async def test_a_silence_after_the_first_word_ends_the_reply():
    async with engines(2, UNWATCHED, next_token_seconds=0.2) as opened:
        script = opened.scripted[0].reply("two words", gate=asyncio.Event())
        with pytest.raises(EngineInterruptedError, match="silent"):
            await write(opened.pool)
        script.gate.set()
        assert opened.scripted[1].asked == []


async def test_a_silence_before_the_first_word_is_another_engines_chance():
    async with engines(2, UNWATCHED, first_token_seconds=0.2) as opened:
        opened.scripted[0].hangs = asyncio.Event()
        assert (await write(opened.pool))[-1].model == "model-1"


@pytest.mark.parametrize(
    ("refusals", "told"),
    [
        ((EngineUnavailableError(), EngineBusyError(retry_after=3)), EngineBusyError),
        (
            (EngineUnavailableError(), PromptTooLongError(prompt_tokens=9, context_tokens=5)),
            PromptTooLongError,
        ),
        ((EngineError(), EngineError()), EngineError),
    ],
)
async def test_when_all_refuse_the_better_news_is_told(refusals, told):
    async with engines(2, UNWATCHED) as opened:
        for engine, refusal in zip(opened.scripted, refusals, strict=True):
            engine.refuses = refusal
        with pytest.raises(told) as caught:
            await write(opened.pool)
        assert type(caught.value) is told


async def test_engines_are_asked_for_their_health_at_once():
    asked = [asyncio.Event(), asyncio.Event()]

    class Waiting(ScriptedEngine):
        async def health(self):
            own, other = asked if self.model == "a" else asked[::-1]
            own.set()
            await asyncio.wait_for(other.wait(), 10)
            return await super().health()

    pool = Pool([Member(Waiting("a"), "a"), Member(Waiting("b"), "b")])
    assert (await pool.health()).models == ("a", "b")
    await pool.close()


async def test_a_pool_is_down_when_all_are_and_says_why():
    async with engines(2, UNWATCHED) as opened:
        for engine in opened.scripted:
            engine.ready = False
        health = await opened.pool.health()
        assert not health.ready
        assert health.detail.count("is not ready") == 2


async def test_who_waits_at_an_engine_that_hangs_is_answered_by_another():
    async with engines(2) as opened:
        await probed(opened)
        hung = opened.scripted[0]
        hung.hangs = asyncio.Event()
        pieces = await asyncio.gather(*(write(opened.pool, f"question {n}") for n in range(6)))
        assert {reply[-1].model for reply in pieces} == {"model-1"}
        assert hung.asked
        # Its list of models comes as before: only a word counts.
        assert (await opened.members[0].engine.health()).ready
        assert (await opened.pool.health()).models == ("model-1",)
        assert 'engine_up{engine="engine-0"} 0.0' in opened.told()


async def test_nobody_is_sent_to_an_engine_that_hangs_before_it_writes_again():
    async with engines(2) as opened:
        hung = opened.scripted[0]
        hung.hangs = asyncio.Event()
        await opened.pool.health()
        await until(lambda: opened.members[0].condition is Condition.HUNG)
        await asyncio.gather(*(write(opened.pool, f"question {n}") for n in range(6)))
        assert hung.asked == []
        hung.hangs.set()
        await until(lambda: opened.members[0].serving)
        await asyncio.gather(*(write(opened.pool, f"again {n}") for n in range(6)))
        assert hung.asked


async def test_the_only_engine_hangs():
    """Who comes later is told at once, so that the desk can quote; who waits there already is left waiting."""
    async with engines(1) as opened:
        (engine,) = opened.scripted
        await probed(opened)
        engine.hangs = asyncio.Event()
        waiting = asyncio.create_task(write(opened.pool))
        await until(lambda: opened.members[0].condition is Condition.HUNG)
        with pytest.raises(EngineUnavailableError):
            await write(opened.pool)
        assert not (await opened.pool.health()).ready
        engine.hangs.set()
        assert (await waiting)[-1].finish_reason == "stop"
        assert opened.members[0].serving


async def test_a_slow_probe_says_nothing_about_an_engine_that_writes():
    """Its waiting line is long, but words come."""

    class Queued(ScriptedEngine):
        def chat(self, messages, sampling):
            self.hangs = asyncio.Event() if sampling.max_tokens == 1 else None
            return super().chat(messages, sampling)

    engine = Queued()
    member = Member(engine, "queued")
    pool = Pool([member], pace=QUICK)
    await pool.health()
    await until(lambda: engine.probed == 1)
    await write(pool)
    await until(lambda: engine.probed == 1 and member.silence() > 2 * QUICK.word)
    assert member.serving
    await pool.close()


async def test_a_full_engine_is_spared_for_as_long_as_it_asks():
    async with engines(2) as opened:
        await probed(opened)
        full, other = opened.scripted
        full.refuses = EngineBusyError(retry_after=20)
        replies = [await write(opened.pool, f"question {number}") for number in range(8)]
        assert {reply[-1].model for reply in replies} == {"model-1"}
        assert len(full.asked) == 1
        assert opened.members[0].serving
        other.refuses = EngineUnavailableError()
        with pytest.raises(EngineBusyError):
            await write(opened.pool)
        assert len(full.asked) == 2, "still better than none"


async def test_a_full_engine_where_nobodys_reply_begins_hangs():
    async with engines(2) as opened:
        await probed(opened)
        stuck = opened.scripted[0]
        gate = stuck.hangs = asyncio.Event()
        waiting = asyncio.create_task(write(opened.pool))
        await until(lambda: len(stuck.asked) == 1)
        # From now on whoever comes is turned away, and the one who waits inside still waits.
        stuck.hangs, stuck.refuses = None, EngineBusyError(retry_after=0)
        assert (await waiting)[-1].model == "model-1"
        assert opened.members[0].condition is Condition.HUNG
        gate.set()


async def test_an_engine_that_was_away_comes_back():
    async with engines(2) as opened:
        gone = opened.scripted[0]
        gone.refuses = EngineUnavailableError()
        await write(opened.pool)
        await until(lambda: opened.members[0].condition is Condition.AWAY)
        gone.refuses = None
        await until(lambda: opened.members[0].serving)
        await asyncio.gather(*(write(opened.pool, f"question {n}") for n in range(4)))
        assert gone.asked
        assert 'probes_total{engine="engine-0",result="away"}' in opened.told()
        assert 'probes_total{engine="engine-0",result="well"}' in opened.told()


async def test_the_longer_an_engine_is_away_the_less_it_is_asked():
    engine = ScriptedEngine(refuses=EngineUnavailableError())
    pool = Pool([Member(engine, "away")], pace=Pace(word=1, rest=0.01, longest_rest=600))
    await pool.health()
    began = asyncio.get_running_loop().time()
    await until(lambda: engine.probed == 6)
    # 0.01 + 0.02 + 0.04 + 0.08 + 0.16 s, a fifth less or more.
    assert asyncio.get_running_loop().time() - began >= 0.8 * 0.31
    await pool.close()


async def test_only_engines_that_are_silent_are_probed():
    engine = ScriptedEngine()
    member = Member(engine, "one")
    pool = Pool([member], pace=Pace(idle=3600, waiting=0.02))
    await pool.health()
    await until(lambda: engine.probed == 1)
    member.heard -= 3000
    await write(pool)
    assert member.silence() < 3000
    assert engine.probed == 1
    member.heard -= 4000
    await until(lambda: engine.probed == 2)
    await pool.close()


async def test_a_closed_pool_asks_nobody():
    engine = ScriptedEngine()
    pool = Pool([Member(engine, "one")], pace=Pace(idle=0.01, waiting=0.01))
    await pool.health()
    await until(lambda: engine.probed > 2)
    await pool.close()
    probed = engine.probed
    await asyncio.sleep(0.1)
    assert engine.probed == probed


async def test_a_probe_that_goes_wrong_unexpectedly_does_not_end_the_watch():
    class Odd(ScriptedEngine):
        def chat(self, messages, sampling):
            super().chat(messages, sampling)
            raise RuntimeError("odd")

    engine = Odd()
    pool = Pool([Member(engine, "odd")], pace=QUICK)
    await pool.health()
    await until(lambda: engine.probed > 2)
    await pool.close()


async def test_conversations_go_back_to_their_engines():
    async with engines(3, UNWATCHED) as opened:
        homes = {}
        histories = {number: f"Customer {number} asks. " * 20 for number in range(6)}
        for _turn in range(4):
            for number in histories:
                (*_, last) = await write(opened.pool, histories[number])
                homes.setdefault(number, set()).add(last.model)
                histories[number] += f"And asks again. Answer of {last.model}. " * 10
        assert all(len(models) == 1 for models in homes.values()), homes
        assert set.union(*homes.values()) == {"model-0", "model-1", "model-2"}
        assert sum(f'engine="engine-{n}",warm="yes"}} 6.0' in opened.told() for n in range(3)) == 3


async def test_what_is_outstanding_is_what_is_under_way():
    async with engines(2, UNWATCHED) as opened:
        for engine in opened.scripted:
            engine.reply("One two", gate=asyncio.Event())
        async with AsyncExitStack() as stack:
            for number in range(2):
                pieces = await stack.enter_async_context(
                    opened.pool.chat([ChatMessage("user", f"{number}")], Sampling(max_tokens=70))
                )
                await anext(pieces)
            assert [len(engine.asked) for engine in opened.scripted] == [1, 1]
            assert all(member.outstanding > 70 for member in opened.members)
            assert 'outstanding_tokens{engine="engine-0"} 72.0' in opened.told()
        assert [member.outstanding for member in opened.members] == [0, 0]


async def test_a_cancelled_customer_leaves_nothing_behind():
    async with engines(1, UNWATCHED) as opened:
        opened.scripted[0].hangs = asyncio.Event()
        waiting = asyncio.create_task(write(opened.pool))
        await until(lambda: len(opened.scripted[0].asked) == 1)
        waiting.cancel()
        await asyncio.wait({waiting})
        assert waiting.cancelled()
        assert opened.members[0].outstanding == 0
        assert not opened.members[0].awaited
