"""Conversations over the API: streaming, the log, supersession, repetition, the end."""

import asyncio

import httpx
import pytest
from structlog.testing import capture_logs

from dragoman.nouns.errors import EngineInterruptedError
from dragoman.testing.pytest_desk import serving_desk
from dragoman.testing.stream_reading import read_events

pytestmark = pytest.mark.database


def names(events):
    return [name for name, _ in events]


async def test_an_answer_streams_in_order(desk, scripted):
    scripted.reply("Ja, nach Norwegen. Es dauert fünf Tage.")
    talk = await desk.begin()
    events = await talk.say("Liefern Sie auch nach Norwegen?")
    assert names(events)[:2] == ["language", "passages"]
    assert names(events)[-1] == "done"
    assert set(names(events)[2:-1]) == {"delta"}
    assert len(events) > 6
    first = events[0][1]
    assert (first["language_code"], first["own_name"], first["direction"]) == ("de", "Deutsch", "ltr")
    assert first["confidence"] > 0.5
    done = events[-1][1]
    assert "".join(data["text"] for name, data in events if name == "delta") == done["reply"]
    assert done["reply"] == "Ja, nach Norwegen. Es dauert fünf Tage."
    assert (done["source"], done["model"], done["turn_id"]) == ("generated", "scripted", first["turn_id"])
    assert 0 <= done["first_word_seconds"] <= done["seconds"]


async def test_words_arrive_while_the_model_still_writes(desk, scripted):
    gate = asyncio.Event()
    scripted.reply("First words and then more.", gate=gate)
    talk = await desk.begin()
    async with talk.streaming("hello there") as events:
        seen = [await anext(events) for _ in range(3)]
        assert names(seen) == ["language", "passages", "delta"]
        gate.set()
        assert names([event async for event in events])[-1] == "done"


async def test_json_is_given_to_those_who_ask_for_it(desk):
    talk = await desk.begin()
    headers = {**talk.headers, "Accept": "application/json"}
    response = await desk.client.post(
        f"{talk.path}/messages", json={"message": "hello there"}, headers=headers
    )
    assert response.json()["reply"] == "This is a scripted reply. It says two things."


async def test_the_log_has_what_was_said(desk):
    talk = await desk.begin()
    await talk.say("hello there", client_id="a")
    log = await talk.log()
    assert [event["kind"] for event in log["events"]] == ["message.customer", "message.reply"]
    assert [event["seq"] for event in log["events"]] == [1, 2]
    assert log["events"][0]["data"]["text"] == "hello there"
    assert log["events"][1]["data"]["reply"] == "This is a scripted reply. It says two things."
    assert (log["status"], log["language_code"]) == ("bot", "en")


async def test_a_newer_message_supersedes_the_older(desk, scripted):
    gate = asyncio.Event()
    scripted.reply("The older reply never ends.", gate=gate)
    scripted.reply("The newer reply.")
    talk = await desk.begin()
    async with talk.streaming("Do you deliver to Norway?") as older:
        for _ in range(3):
            await anext(older)
        newer = await talk.say("Sorry, I meant Sweden.")
        rest = [event async for event in older]
    assert names(rest) == ["error"]
    assert rest[0][1]["code"] == "turn_superseded"
    assert newer[-1][1]["reply"] == "The newer reply."
    kinds = [event["kind"] for event in (await talk.log())["events"]]
    assert kinds == ["message.customer", "turn.superseded", "message.customer", "message.reply"]
    assert scripted.closed_early == 1
    # The message that was left unanswered is still part of what the model is told.
    assert [message.content for message in scripted.asked[-1][0][1:-1]] == ["Do you deliver to Norway?"]


async def test_a_repeated_message_is_the_same_message(desk, scripted):
    talk = await desk.begin()
    first = await talk.say("hello there", client_id="same")
    again = await talk.say("hello there", client_id="same")
    assert again[-1] == ("done", {**first[-1][1]})
    assert len((await talk.log())["events"]) == 2
    assert len(scripted.asked) == 1


async def test_a_lost_connection_comes_back_to_the_answer_being_written(desk, scripted):
    gate = asyncio.Event()
    scripted.reply("A reply in the making.", gate=gate)
    talk = await desk.begin()
    async with talk.streaming("hello there", client_id="same") as events:
        for _ in range(3):
            await anext(events)
    again = asyncio.create_task(talk.say("hello there", client_id="same"))
    await asyncio.sleep(0)
    gate.set()
    assert (await again)[-1][1]["reply"] == "A reply in the making."
    assert len(scripted.asked) == 1
    assert len((await talk.log())["events"]) == 2


async def test_a_broken_off_answer_can_be_asked_for_again(desk, scripted):
    scripted.reply("It broke here.", failure=EngineInterruptedError())
    scripted.reply("Now it is whole.")
    talk = await desk.begin()
    broken = await talk.say("¿Cuánto tarda el envío a Canarias?", client_id="same")
    assert names(broken)[-1] == "error"
    assert broken[-1][1]["code"] == "engine_interrupted"
    assert broken[-1][1]["text"] == desk.desk.phrases.text("error.interrupted", "es")
    whole = await talk.say("¿Cuánto tarda el envío a Canarias?", client_id="same")
    assert whole[-1][1]["reply"] == "Now it is whole."
    kinds = [event["kind"] for event in (await talk.log())["events"]]
    assert kinds == ["message.customer", "turn.failed", "message.reply"]


async def test_a_repeat_of_a_superseded_message_is_not_answered(desk):
    talk = await desk.begin()
    await talk.say("hello there", client_id="old")
    await talk.say("hello again", client_id="new")
    assert names(await talk.say("hello there", client_id="old"))[-1] == "done"


async def test_a_customer_stops_a_reply(desk, scripted):
    scripted.reply("A long reply that goes on.", gate=asyncio.Event())
    talk = await desk.begin()
    async with talk.streaming("hello there") as events:
        for _ in range(3):
            await anext(events)
        assert (await desk.client.post(f"{talk.path}/stop", headers=talk.headers)).status_code == 204
        rest = [event async for event in events]
    assert rest[-1][1]["code"] == "turn_stopped"
    assert scripted.closed_early == 1


async def test_a_reply_that_nobody_waits_for_is_stopped(database_url, scripted):
    scripted.reply("A long reply that goes on.", gate=asyncio.Event())
    async with serving_desk(database_url, scripted) as opened:
        opened.desk.runner._linger_seconds = 0.05
        talk = await opened.begin()
        async with talk.streaming("hello there") as events:
            await anext(events)
        async with opened.desk.conversations.follow(talk.conversation_id) as log:
            kinds = [(await asyncio.wait_for(anext(log), 20)).kind for _ in range(2)]
        assert kinds == ["message.customer", "turn.failed"]
    assert scripted.closed_early == 1


async def test_a_whole_answer_that_nobody_waits_for_is_stopped(database_url, scripted):
    scripted.reply("A long reply that goes on.", gate=asyncio.Event())
    async with serving_desk(database_url, scripted) as opened:
        opened.desk.runner._linger_seconds = 0.05
        talk = await opened.begin()
        headers = {**talk.headers, "Accept": "application/json"}
        asking = asyncio.create_task(
            opened.client.post(f"{talk.path}/messages", json={"message": "hello there"}, headers=headers)
        )
        with capture_logs() as logged:
            async with opened.desk.conversations.follow(talk.conversation_id) as log:
                assert (await asyncio.wait_for(anext(log), 20)).kind == "message.customer"
                asking.cancel()
                assert (await asyncio.wait_for(anext(log), 20)).kind == "turn.failed"
    assert [line["event"] for line in logged] == ["turn_failed"]
    assert scripted.closed_early == 1


async def test_the_customers_choice_of_language_holds_until_picked_otherwise(desk):
    talk = await desk.begin()
    question = "Wie lange dauert die Lieferung nach Österreich?"
    picked = (await talk.say(question, language="fr"))[0][1]
    assert (picked["language_code"], picked["decided_by"], picked["confidence"]) == ("fr", "choice", 1.0)
    await desk.client.put(f"{talk.path}/language", json={"language": "ar"}, headers=talk.headers)
    kept = (await talk.say(question))[0][1]
    assert (kept["language_code"], kept["direction"]) == ("ar", "rtl")
    await desk.client.put(f"{talk.path}/language", json={"language": None}, headers=talk.headers)
    assert (await talk.say(question))[0][1]["language_code"] == "de"


async def test_the_conversations_language_is_kept_while_unsure_and_left_when_sure(desk):
    talk = await desk.begin()
    said = [
        "Wie lange dauert die Lieferung nach Österreich?",
        "ok",
        "42",
        "¿Cuánto tarda el envío a Canarias?",
    ]
    decided = [(await talk.say(text))[0][1]["language_code"] for text in said]
    assert decided == ["de", "de", "de", "es"]


async def test_the_browsers_languages_settle_what_words_leave_open(desk):
    talk = await desk.begin()
    headers = {**talk.headers, "Accept-Language": "pl-PL,pl;q=0.9,en;q=0.8", "Accept": "application/json"}
    response = await desk.client.post(f"{talk.path}/messages", json={"message": "😀"}, headers=headers)
    assert response.json()["language_code"] == "pl"


@pytest.mark.parametrize("language", ["xx", "", 5, "english"])
async def test_a_language_we_do_not_speak_is_refused(desk, language):
    talk = await desk.begin()
    response = await desk.client.put(
        f"{talk.path}/language", json={"language": language}, headers=talk.headers
    )
    assert (response.status_code, response.json()["fields"]) == (400, ["language"])


async def test_without_its_token_a_conversation_does_not_exist(desk):
    talk = await desk.begin()
    await talk.say("hello there")
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": talk.token}):
        for method, path in [
            ("GET", ""), ("DELETE", ""), ("GET", "/events"), ("POST", "/messages"), ("PUT", "/language"),
            ("POST", "/feedback"), ("POST", "/end"), ("POST", "/stop"),
        ]:  # fmt: skip
            body = {"message": "x", "language": None, "message_id": "m", "helpful": True}
            sent = None if method in ("GET", "DELETE") else body
            response = await desk.client.request(method, talk.path + path, headers=headers, json=sent)
            assert (response.status_code, response.json()["code"]) == (404, "conversation_unknown"), (
                method,
                path,
            )
    assert len((await talk.log())["events"]) == 2


async def test_an_ended_conversation_takes_no_more(desk):
    talk = await desk.begin()
    await desk.client.post(f"{talk.path}/end", headers=talk.headers)
    response = await desk.client.post(
        f"{talk.path}/messages", json={"message": "hello"}, headers=talk.headers
    )
    assert (response.status_code, response.json()["code"]) == (409, "conversation_ended")


async def test_an_erased_conversation_is_gone(desk, scripted):
    talk = await desk.begin()
    await talk.say("hello there")
    assert (await desk.client.delete(talk.path, headers=talk.headers)).status_code == 204
    assert (await desk.client.get(talk.path, headers=talk.headers)).status_code == 404


async def test_erasing_ends_the_reply_being_written(desk, scripted):
    scripted.reply("A long reply that goes on.", gate=asyncio.Event())
    talk = await desk.begin()
    async with talk.streaming("hello there") as events:
        for _ in range(3):
            await anext(events)
        await desk.client.delete(talk.path, headers=talk.headers)
        assert names([event async for event in events])[-1] == "error"


async def test_feedback_is_noted(desk):
    talk = await desk.begin()
    done = (await talk.say("hello there"))[-1][1]
    vote = {"message_id": done["message_id"], "helpful": False}
    assert (
        await desk.client.post(f"{talk.path}/feedback", json=vote, headers=talk.headers)
    ).status_code == 204
    last = (await talk.log())["events"][-1]
    assert (last["kind"], last["data"]) == ("feedback", vote)


async def test_the_log_is_followed_live_and_resumed(desk):
    talk = await desk.begin()
    async with desk.client.stream("GET", f"{talk.path}/events", headers=talk.headers) as response:
        events = read_events(response.aiter_lines())
        saying = asyncio.create_task(talk.say("hello there"))
        seen = [await asyncio.wait_for(anext(events), 20) for _ in range(2)]
        await saying
    assert names(seen) == ["message.customer", "message.reply"]
    resumed = {**talk.headers, "Last-Event-ID": "1"}
    async with desk.client.stream("GET", f"{talk.path}/events", headers=resumed) as response:
        name, data = await asyncio.wait_for(anext(read_events(response.aiter_lines())), 20)
    assert (name, data["seq"]) == ("message.reply", 2)


async def test_history_is_cut_to_its_budget_oldest_whole_turns_first(database_url, scripted):
    async with serving_desk(database_url, scripted, generation={"history_tokens": 130}) as opened:
        talk = await opened.begin()
        for number in range(6):
            await talk.say(f"This is question number {number}, is it not?")
    messages, _ = scripted.asked[-1]
    shown = [message.content for message in messages if message.role == "user"][:-1]
    assert shown == ["This is question number 3, is it not?", "This is question number 4, is it not?"]
    assert [message.role for message in messages[1:3]] == ["user", "assistant"]


async def test_a_stopping_desk_finishes_what_it_writes(database_url, scripted):
    gate = asyncio.Event()
    scripted.reply("Written while stopping.", gate=gate)
    async with serving_desk(database_url, scripted) as opened:
        talk = await opened.begin()
        async with talk.streaming("hello there") as events:
            for _ in range(3):
                await anext(events)
            opened.desk.stopping.set()
            assert (await opened.client.get("/health/ready")).status_code == 503
            gate.set()
            assert [event async for event in events][-1][1]["reply"] == "Written while stopping."


async def test_customers_words_never_reach_the_logs(desk, scripted, caplog):
    secret = "my secret is 4111-1111"
    scripted.reply(f"You said {secret}.", failure=EngineInterruptedError())
    talk = await desk.begin()
    with capture_logs() as logged:
        await talk.say(secret)
        scripted.reply(f"You said {secret}.")
        await talk.say(secret)
        bad = httpx.Request("POST", desk.url + "/chat", content=f'{{"message": ["{secret}"]}}')
        await desk.client.send(bad)
    assert [line["event"] for line in logged] == ["turn_failed", "turn_answered"]
    assert secret not in str(logged) + caplog.text
