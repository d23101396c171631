"""The whole path with the real model: one everyday question in each of the 29 languages."""

import asyncio

import pytest

from dragoman.engines.openai import OpenAIEngine
from dragoman.evaluation.speaking import ask, questions
from dragoman.languages.registry import LANGUAGES
from dragoman.testing.pytest_desk import serving_desk

pytestmark = [pytest.mark.database, pytest.mark.model]

# Long enough for any sensible answer; what a weak language makes of 512 tokens takes minutes to read and to write.
GENERATION = {"max_tokens": 160, "seed": 7}


async def test_every_language_is_recognised_and_answered(database_url, engine_url):
    engine = OpenAIEngine(engine_url)
    async with serving_desk(database_url, engine, generation=GENERATION) as desk:
        places = asyncio.Semaphore(8)

        async def one(language, question):
            async with places:
                return await ask(desk.client, language, question)

        desk.client.timeout = 300
        spoken = await asyncio.gather(*(one(code, text) for code, text in questions().items()))
    await engine.close()
    assert [one.language for one in spoken] == list(questions())
    assert set(questions()) == set(LANGUAGES)
    wrong = {one.language: one.decided for one in spoken if one.decided != one.language}
    assert not wrong
    assert not [one for one in spoken if not one.reply.strip()]
    assert not [one for one in spoken if one.repeats]
    # What the limit cut off was ended at a sentence, or says by "…" that it was cut.
    assert not [one for one in spoken if one.reply.endswith((",", "،", "、", "，", ";", " "))]


async def test_a_conversation_changes_its_language_with_the_customer(database_url, engine_url):
    engine = OpenAIEngine(engine_url)
    async with serving_desk(database_url, engine, generation={"max_tokens": 40, "seed": 7}) as desk:
        talk = await desk.begin()
        asked = questions()
        decided = [(await talk.say(asked[code]))[0][1]["language_code"] for code in ("de", "ja", "ar")]
        assert decided == ["de", "ja", "ar"]
        log = (await talk.log())["events"]
        assert [event["kind"] for event in log] == ["message.customer", "message.reply"] * 3
    await engine.close()


async def test_leaving_stops_the_generation_of_the_real_engine(database_url, engine_url):
    engine = OpenAIEngine(engine_url)
    async with serving_desk(database_url, engine, generation={"max_tokens": 2000, "seed": 7}) as desk:
        talk = await desk.begin()
        async with talk.streaming(
            "Please write a very long story about a fox, with many chapters."
        ) as events:
            async for name, _ in events:
                if name == "delta":
                    break
            await desk.client.post(f"{talk.path}/stop", headers=talk.headers)
            assert [event async for event in events][-1][1]["code"] == "turn_stopped"
    await engine.close()
