"""`POST /chat`: what programs that know nothing else send, and get."""

import asyncio

import pytest

from dragoman.nouns.errors import EngineBusyError, EngineInterruptedError, EngineUnavailableError
from dragoman.testing.pytest_desk import serving_desk

pytestmark = pytest.mark.database


async def test_a_body_with_only_a_message_gets_a_reply(desk, scripted):
    scripted.reply("Die Lieferung dauert drei Tage.")
    response = await desk.client.post(
        "/chat", json={"message": "Wie lange dauert die Lieferung nach Österreich?"}
    )
    assert response.status_code == 200
    answer = response.json()
    assert set(answer) == {
        "reply", "language", "language_code", "model", "conversation_id", "message_id", "source", "citations",
    }  # fmt: skip
    assert answer["reply"] == "Die Lieferung dauert drei Tage."
    assert (answer["language"], answer["language_code"]) == ("German", "de")
    assert (answer["model"], answer["source"], answer["citations"]) == ("scripted", "generated", [])


async def test_languages_are_named_in_the_operators_locale(database_url, scripted):
    async with serving_desk(database_url, scripted, desk={"locale": "zh"}) as opened:
        answer = (
            await opened.client.post("/chat", json={"message": "Quels sont vos horaires d'ouverture ?"})
        ).json()
        assert (answer["language"], answer["language_code"]) == ("法语", "fr")
        refused = await opened.client.post("/chat", json={"message": ""})
        assert (refused.status_code, refused.json()) == (400, {"error": "请先输入消息。"})
        assert (await opened.client.post("/chat", json={"message": "😀"})).json()["language_code"] == "zh"


async def test_a_conversation_goes_on_and_the_model_sees_it(desk, scripted):
    scripted.reply("Yes, to Norway.")
    first = (await desk.client.post("/chat", json={"message": "Do you deliver to Norway?"})).json()
    second = await desk.client.post(
        "/chat", json={"message": "And what does it cost?", "conversation_id": first["conversation_id"]}
    )
    assert second.json()["conversation_id"] == first["conversation_id"]
    messages, _ = scripted.asked[-1]
    assert [message.role for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[1].content == "Do you deliver to Norway?"
    assert messages[2].content == "Yes, to Norway."
    assert messages[3].content.startswith("And what does it cost?")


async def test_the_rule_about_language_stands_last_in_that_language(desk, scripted):
    await desk.client.post("/chat", json={"message": "Accettate carte di credito straniere?"})
    messages, _ = scripted.asked[-1]
    rule = desk.desk.phrases.text("prompt.answer_language", "it")
    assert messages[-1].content.endswith(f"\n\n(Answer only in Italian. {rule})")


async def test_sampling_is_what_the_field_is_used_to(desk, scripted):
    await desk.client.post("/chat", json={"message": "hello there"})
    _, sampling = scripted.asked[-1]
    assert (sampling.max_tokens, sampling.temperature, sampling.top_p, sampling.repetition_penalty) == (
        512,
        0.7,
        0.9,
        1.1,
    )


async def test_sampling_is_set_by_the_operator(database_url, scripted):
    async with serving_desk(
        database_url, scripted, generation={"max_tokens": 9, "temperature": 0, "seed": 4}
    ) as opened:
        await opened.client.post("/chat", json={"message": "hello there"})
    _, sampling = scripted.asked[-1]
    assert (sampling.max_tokens, sampling.temperature, sampling.seed) == (9, 0, 4)


async def test_an_unknown_conversation_is_said_to_be(desk):
    response = await desk.client.post("/chat", json={"message": "hello", "conversation_id": "conv_nobody"})
    assert response.status_code == 404
    assert "does not exist" in response.json()["error"]


async def test_a_conversation_with_a_token_is_not_open_without_it(desk):
    talk = await desk.begin()
    response = await desk.client.post(
        "/chat", json={"message": "hello", "conversation_id": talk.conversation_id}
    )
    assert response.status_code == 404
    assert (await talk.log())["events"] == []


@pytest.mark.parametrize(
    ("failure", "status", "retry_after"),
    [
        (EngineUnavailableError(), 503, "2"),
        (EngineBusyError(retry_after=7), 429, "7"),
        (EngineInterruptedError(), 503, "2"),
    ],
)
async def test_an_engine_that_cannot_answer_is_told_in_the_customers_language(
    desk, scripted, failure, status, retry_after
):
    scripted.reply("", failure=failure)
    response = await desk.client.post("/chat", json={"message": "¿Cuánto tarda el envío a Canarias?"})
    assert response.status_code == status
    assert response.json()["error"] == desk.desk.phrases.text(failure.phrase, "es")
    assert response.headers["retry-after"] == retry_after


async def test_a_model_that_writes_nothing_is_no_empty_reply(desk, scripted):
    scripted.reply("  \n ")
    answer = (
        await desk.client.post("/chat", json={"message": "Quels sont vos horaires d'ouverture ?"})
    ).json()
    assert answer["reply"] == desk.desk.phrases.text("error.unwritten", "fr")
    assert (answer["source"], answer["model"]) == ("declined", None)


async def test_many_customers_at_once_each_get_their_own(desk, scripted):
    questions = [f"Question number {number}, please?" for number in range(30)]
    answers = await asyncio.gather(*(desk.client.post("/chat", json={"message": text}) for text in questions))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["conversation_id"] for answer in answers}) == 30
