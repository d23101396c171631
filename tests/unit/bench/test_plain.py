"""The plain stack, with the detector scripted: `langdetect` is installed only where the bench is run."""

import asyncio
import importlib.util
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from dragoman.bench.base import Turn
from dragoman.bench.plain import Plain, _questions, plain_desk
from dragoman.bench.plain_app import create_app
from dragoman.nouns.errors import OperatorError
from dragoman.testing.scripted_backend import ScriptedBackend

from .scripted import given


def scripted(text: str) -> str:
    if text == "42":
        raise ValueError("no features in text")
    return {"Wo?": "de", "在哪里?": "zh-cn", "Hol?": "hu"}[text]


@pytest.fixture
def engine(scripted_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=scripted_url, timeout=30) as client:
        yield client


@pytest.mark.parametrize(
    ("message", "language"),
    [("Wo?", "German"), ("在哪里?", "Chinese"), ("Hol?", "English"), ("42", "English")],
)
async def test_a_message_goes_to_the_engine_with_the_language_by_name(
    engine: httpx.Client, backend: ScriptedBackend, message: str, language: str
) -> None:
    app = create_app(engine, scripted).test_client()
    answered: Any = await asyncio.to_thread(app.post, "/chat", json={"message": message})
    assert answered.status_code == 200
    assert answered.json["language"] == language
    assert answered.json["reply"]
    (asked,) = backend.asked
    assert asked.prompt.endswith(f"Answer in {language}.\n\nCustomer: {message}\nAssistant:")
    assert (asked.max_tokens, asked.temperature, asked.repetition_penalty) == (512, 0.7, 1.1)


async def test_one_customer_is_served_at_a_time(engine: httpx.Client, backend: ScriptedBackend) -> None:
    app = create_app(engine, scripted)
    asked = [asyncio.to_thread(app.test_client().post, "/chat", json={"message": "Wo?"}) for _ in range(4)]
    assert {answered.status_code for answered in await asyncio.gather(*asked)} == {200}
    assert backend.most_at_once == 1
    assert len(backend.asked) == 4


async def test_customers_of_the_plain_stack_see_the_first_word_with_the_last() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"reply": "Hier.", "language": "German"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://plain") as client:
        heard = await Plain(client).ask("Wo?", "de")
    assert (heard.reply, heard.source, heard.error) == ("Hier.", "generated", None)
    assert heard.first_token_seconds == heard.seconds


async def test_a_failure_of_the_plain_stack_is_no_answer() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(500))
    async with httpx.AsyncClient(transport=transport, base_url="http://plain") as client:
        assert (await Plain(client).ask("Wo?", "de")).error == "HTTPStatusError"


async def test_missing_packages_are_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "langdetect" else object())
    with pytest.raises(OperatorError, match=r"needs langdetect: .*'\.\[bench\]'"):
        async with plain_desk(given(), "http://127.0.0.1:9/v1"):
            pass


def test_every_turn_asks_other_questions_in_as_many_languages() -> None:
    turns = [_questions(Turn(number, 1000 + number, quick=False)) for number in range(-1, 5)]
    asked = [question.id for questions in turns for question in questions]
    assert len(set(asked)) == len(asked) == 48
    assert all(len({question.language for question in questions}) == 8 for questions in turns)
