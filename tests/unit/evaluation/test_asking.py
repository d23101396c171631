"""Talking to a desk that is scripted at the wire."""

import json
from itertools import count

import httpx

from dragoman.evaluation.asking import Desk, Talk


class Wire:
    """Begins conversations, and answers each message with two pieces."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, str]] = []
        self.refuse = False
        self._numbers = count(1)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/conversations":
            number = next(self._numbers)
            return httpx.Response(201, json={"conversation_id": f"c{number}", "token": f"t{number}"})
        if self.refuse:
            return httpx.Response(429, json={"code": "engine_full"})
        place = request.url.path.split("/")[-2]
        self.said.append((place, request.headers["Authorization"], json.loads(request.content)["message"]))
        done = {"reply": "Hi there.", "source": "curated", "citations": [], "model": None}
        events = [
            ("language", {"language_code": "en"}),
            ("delta", {"text": "Hi"}),
            ("done", {**done, "reason": "small_talk_greeting"}),
        ]
        return httpx.Response(
            200, text="".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
        )

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self), base_url="http://desk")


async def test_a_talk_is_one_conversation() -> None:
    wire = Wire()
    async with wire.client() as client:
        talk = Talk(client)
        heard = [await talk.ask(text) for text in ("hello", "and tea?")]
        await Talk(client).ask("me too")
    assert wire.said == [
        ("c1", "Bearer t1", "hello"),
        ("c1", "Bearer t1", "and tea?"),
        ("c2", "Bearer t2", "me too"),
    ]
    assert {(one.reply, one.source, one.reason, one.language) for one in heard} == {
        ("Hi there.", "curated", "small_talk_greeting", "en")
    }
    assert all(one.first_token_seconds is not None and one.error is None for one in heard)


async def test_a_desk_has_a_conversation_for_each_question() -> None:
    wire = Wire()
    async with wire.client() as client:
        desk = Desk(client)
        for text in ("hello", "hello"):
            await desk.ask(text, "en")
    assert [place for place, _, _ in wire.said] == ["c1", "c2"]


async def test_what_is_refused_is_told_by_its_code_and_the_talk_goes_on() -> None:
    wire = Wire()
    async with wire.client() as client:
        talk = Talk(client)
        wire.refuse = True
        assert (await talk.ask("hello")).error == "engine_full"
        wire.refuse = False
        assert (await talk.ask("hello?")).error is None
    assert [place for place, _, _ in wire.said] == ["c1"]


async def test_nobody_there_is_an_error() -> None:
    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody")

    async with httpx.AsyncClient(transport=httpx.MockTransport(gone), base_url="http://desk") as client:
        heard = await Talk(client).ask("hello")
    assert (heard.error, heard.source, heard.reply) == ("ConnectError", None, "")
