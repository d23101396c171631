"""Requests that no browser sends: hosts, headers, numbers, ids and bodies at their edges."""

import asyncio
import json

import pytest
from structlog.testing import capture_logs

from dragoman.testing.stream_reading import read_events

pytestmark = pytest.mark.database


async def raw(url, request):
    """Send bytes as they are; return the status line, the headers and the body of the answer."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    try:
        answer = await asyncio.wait_for(reader.read(), 30)
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.decode("latin-1").split("\r\n")
    return int(status.split(" ")[1]), headers, body


@pytest.mark.parametrize("host", ["[", "x/chat?", "a b", "", "x:99999999", "\xff"])
async def test_a_strange_host_changes_nothing(desk, host):
    body = b'{"message": ""}'
    head = f"POST /chat HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    status, _, answer = await raw(desk.url, head.encode("latin-1") + body)
    assert status == 400
    assert json.loads(answer)["error"]


@pytest.mark.parametrize(
    "path",
    ["%00", "%0d%0aX-Evil:%20yes", "%ff", "conv_%E2%80%AE", "..%2f..%2fetc", "a" * 8000, "%F0%9F%98%80"],
)
async def test_a_strange_conversation_does_not_exist(desk, path):
    request = f"GET /api/v1/conversations/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    status, headers, _ = await raw(desk.url, request.encode())
    assert status == 404
    assert not any(header.lower().startswith("x-evil") for header in headers)


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "9" * 30, "-" + "9" * 30])
async def test_huge_numbers_are_only_numbers(desk, number):
    talk = await desk.begin()
    await talk.say("hello there")
    response = await desk.client.get(f"{talk.path}?after={number}&limit={number}", headers=talk.headers)
    assert response.status_code == 200
    assert len(response.json()["events"]) <= 1 if int(number) < 1 else response.json()["events"] == []


@pytest.mark.parametrize("number", ["9" * 5000, "NaN", "1e3", "x", ""])
async def test_what_is_no_number_is_refused(desk, number):
    talk = await desk.begin()
    response = await desk.client.get(f"{talk.path}?after={number}", headers=talk.headers)
    assert (response.status_code, response.json()["fields"]) == (400, ["after"])


@pytest.mark.parametrize("number", ["x", "-1", "9" * 5000])
async def test_a_log_is_resumed_only_from_a_number(desk, number):
    talk = await desk.begin()
    response = await desk.client.get(f"{talk.path}/events", headers={**talk.headers, "Last-Event-ID": number})
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/event-stream, application/json", "text/event-stream"),
        ("*/*", "text/event-stream"),
        ("text/html", "text/event-stream"),
        ("", "text/event-stream"),
        ("application/json;q=0, text/event-stream", "text/event-stream"),
    ],
)
async def test_the_form_of_an_answer_follows_accept(desk, accept, kind):
    talk = await desk.begin()
    response = await desk.client.post(
        f"{talk.path}/messages", json={"message": "hello there"}, headers={**talk.headers, "Accept": accept}
    )
    assert response.headers["content-type"].split(";")[0] == kind


@pytest.mark.parametrize(
    "content",
    [
        b'{"message": "hello", "message": "hello there"}',
        b'{"message": "hello there", "more": {"a": [1, {"b": null}]}}',
        b'\xef\xbb\xbf{"message": "hello there"}',
        b'{"message": "hello there", "n": 1e999}',
    ],
)
async def test_what_can_be_read_of_a_body_is_read(desk, content):
    response = await desk.client.post("/chat", content=content)
    assert response.status_code in (200, 400)
    assert response.json().get("reply") or response.json()["error"]


async def test_a_number_too_long_to_read_is_refused(desk):
    content = b'{"message": "hello", "n": ' + b"9" * 10_000 + b"}"
    assert (await desk.client.post("/chat", content=content)).status_code == 400


async def test_an_empty_client_id_names_no_message(desk):
    talk = await desk.begin()
    body = {"message": "hello there", "client_id": ""}
    response = await desk.client.post(f"{talk.path}/messages", json=body, headers=talk.headers)
    assert (response.status_code, response.json()["fields"]) == (400, ["client_id"])


async def test_names_from_outside_cannot_break_out_of_an_event(desk):
    talk = await desk.begin()
    odd = 'a\n\nevent: evil\ndata: {"x": 1}\r\n\u2028'
    await talk.say("hello there", client_id=odd)
    vote = {"message_id": odd, "helpful": True}
    assert (
        await desk.client.post(f"{talk.path}/feedback", json=vote, headers=talk.headers)
    ).status_code == 204
    async with desk.client.stream("GET", f"{talk.path}/events", headers=talk.headers) as response:
        events = read_events(response.aiter_lines())
        seen = [await asyncio.wait_for(anext(events), 20) for _ in range(3)]
    assert [name for name, _ in seen] == ["message.customer", "message.reply", "feedback"]
    assert seen[0][1]["data"]["client_id"] == odd
    assert seen[2][1]["data"]["message_id"] == odd


@pytest.mark.parametrize("path", ["/", "/health/live", "/health/ready", "/metrics", "/openapi.json"])
async def test_what_can_be_got_can_be_asked_about(desk, path):
    answer = await desk.client.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_asking_about_a_stream_does_not_open_it(desk):
    talk = await desk.begin()
    answer = await asyncio.wait_for(desk.client.head(f"{talk.path}/events", headers=talk.headers), 20)
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_methods_that_an_address_does_not_take_are_told_with_those_it_takes(desk):
    for method in ("OPTIONS", "DELETE", "TRACE", "BREW"):
        request = f"{method} /chat HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        status, headers, _ = await raw(desk.url, request.encode())
        assert status == (400 if method == "BREW" else 405)
        assert status == 400 or "allow: POST" in [
            header.lower().replace("post", "POST") for header in headers
        ]


async def test_a_long_list_of_languages_is_only_read_so_far(desk):
    bomb = ",".join(f"x{number};q=0.{number}" for number in range(5000)) + ",fr"
    answer = await desk.client.post("/api/v1/conversations/x/end", headers={"Accept-Language": bomb[:60_000]})
    assert (answer.status_code, answer.json()["language_code"]) == (404, "en")


async def test_a_bug_is_logged_with_its_route_and_told_to_nobody(desk, monkeypatch):
    async def broken(*_args, **_options):
        raise ValueError("secret words")

    monkeypatch.setattr(desk.desk.conversations, "begin", broken)
    with capture_logs() as logged:
        response = await desk.client.post("/api/v1/conversations", headers={"Accept-Language": "ko"})
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert response.json()["detail"] == desk.desk.phrases.text("error.internal", "ko")
    assert "secret words" not in response.text
    assert [(line["event"], line["route"]) for line in logged] == [("request_broke", "/api/v1/conversations")]


async def test_a_pipelined_request_is_answered_in_its_turn(desk):
    one = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    _, _, rest = await raw(desk.url, one + last)
    assert rest.index(b'"live"') < rest.index(b" 404 ")


async def test_a_body_that_the_client_does_not_finish_is_no_bug(desk):
    host, port = desk.url.removeprefix("http://").split(":")
    with capture_logs() as logged:
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b'POST /chat HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"mess')
        await writer.drain()
        writer.close()
        assert (await desk.client.get("/health/live")).status_code == 200
    assert logged == []
