"""The whole path with the real model: one everyday question in each of the 29 languages."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from dragoman.engines.openai import OpenAIEngine
from dragoman.evaluation.speaking import Spoken, ask, questions
from dragoman.knowledge.demonstration import demonstration
from dragoman.languages.naming import name_of
from dragoman.languages.phrases import Phrases
from dragoman.languages.registry import LANGUAGES
from dragoman.testing.pytest_desk import serving_desk
from dragoman.testing.pytest_knowledge import KnowingDesk, knowing_desk

pytestmark = [pytest.mark.database, pytest.mark.model]


@pytest.fixture
async def shop(database_url: str, engine_url: str) -> AsyncGenerator[KnowingDesk]:
    """A desk that knows the demonstration shop, with the real model behind it."""
    engine = OpenAIEngine(engine_url)
    async with knowing_desk(database_url, engine, demonstration()) as desk:
        desk.open.client.timeout = 300
        yield desk
    await engine.close()


def frames(said: Spoken, phrases: Phrases) -> tuple[str, ...]:
    """Return the fixed texts with which an answer of its rung may begin in its language; none where it has no frame.

    The shop's pages are in four languages.
    """
    match said.source:
        case "declined":
            return (phrases.text("answer.declined", said.language),)
        case "quoted":
            others = (code for code in ("en", "de", "zh", "ar") if code != said.language)
            named = (name_of(code, said.language) for code in others)
            other = (phrases.text("answer.quote_other", said.language, language=name) for name in named)
            return (phrases.text("answer.quote", said.language), *other)
        case _:
            return ()


async def test_every_language_is_recognised_and_answered(shop: KnowingDesk) -> None:
    places, phrases = asyncio.Semaphore(4), Phrases.load()

    async def one(language: str, question: str) -> Spoken:
        async with places:
            return await ask(shop.open.client, language, question)

    spoken = await asyncio.gather(*(one(code, text) for code, text in questions().items()))
    assert [one.language for one in spoken] == list(questions())
    assert set(questions()) == set(LANGUAGES)
    wrong = {one.language: one.decided for one in spoken if one.decided != one.language}
    assert not wrong
    assert not [one for one in spoken if not one.reply.strip()]
    assert not [one for one in spoken if one.repeats]
    # Whatever the rung, its frame is the customer's; what has no frame is in their language as a whole.
    framed = {one.language: frames(one, phrases) for one in spoken}
    unframed = [one for one in spoken if not framed[one.language]]
    assert not [
        one for one in spoken if one not in unframed and not one.reply.startswith(framed[one.language])
    ]
    assert not [one for one in unframed if not one.right_language]


async def test_a_conversation_changes_its_language_with_the_customer(shop: KnowingDesk) -> None:
    talk = await shop.open.begin()
    asked = questions()
    decided = [(await talk.say(asked[code]))[0][1]["language_code"] for code in ("de", "ja", "ar")]
    assert decided == ["de", "ja", "ar"]
    log = (await talk.log())["events"]
    assert [event["kind"] for event in log] == ["message.customer", "message.reply"] * 3


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
