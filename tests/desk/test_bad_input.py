"""Whatever is sent: a 4xx with a clear text in the right language, or a sensible answer; never a 500."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.database

UNREADABLE = "The request could not be read."
EMPTY = "Please write a message first."
TOO_LONG = "Your message is too long. Please keep it to at most 4000 characters."


def body(message):
    return json.dumps({"message": message}).encode()


REFUSED = {
    "empty": (body(""), 400, EMPTY),
    "white space": (body(" \n\t\u3000\u00a0 "), 400, EMPTY),
    "zero width": (body("\u200b\u200d\ufeff\u2060"), 400, EMPTY),
    "control": (body("\x00\x01\x1b\x7f"), 400, EMPTY),
    "bidi control": (body("\u202e\u2066\u2069"), 400, EMPTY),
    "lone surrogates": (b'{"message": "\\udfff\\ud800 \\ud801"}', 400, EMPTY),
    "100,000 characters": (body("a" * 100_000), 400, TOO_LONG),
    "4,001 characters": (body("a b " * 1000 + "c"), 400, TOO_LONG),
    "2 MB": (body("a" * 2_000_000), 413, UNREADABLE),
    "broken UTF-8": (b'{"message": "\xff\xfe\xc3\x28"}', 400, UNREADABLE),
    "UTF-16": ('{"message": "hi"}'.encode("utf-16"), 400, None),
    "broken JSON": (b'{"message": "hi', 400, UNREADABLE),
    "nothing": (b"", 400, UNREADABLE),
    "no message": (b"{}", 400, UNREADABLE),
    "null": (b'{"message": null}', 400, UNREADABLE),
    "a number": (b'{"message": 5}', 400, UNREADABLE),
    "a list": (b'{"message": ["hi"]}', 400, UNREADABLE),
    "a bare string": (b'"hi"', 400, UNREADABLE),
    "deep nesting": (b"[" * 200_000, 400, UNREADABLE),
    "a conversation that is no string": (b'{"message": "hi", "conversation_id": 7}', 400, UNREADABLE),
    "NaN": (b'{"message": NaN}', 400, UNREADABLE),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_cannot_be_answered_is_refused_clearly(desk, scripted, case):
    content, status, text = REFUSED[case]
    response = await desk.client.post("/chat", content=content, headers={"Content-Type": "application/json"})
    if text is None and response.status_code == 200:
        return  # read after all: RFC 4627 allowed this encoding, and the reply is a sensible one
    assert response.status_code == status, response.text
    assert response.json()["error"] == text
    assert scripted.asked == []


@pytest.mark.parametrize("case", REFUSED)
async def test_the_api_refuses_in_the_visitors_language(desk, scripted, case):
    content, status, text = REFUSED[case]
    talk = await desk.begin()
    headers = {**talk.headers, "Content-Type": "application/json", "Accept-Language": "ja,en;q=0.5"}
    response = await desk.client.post(f"{talk.path}/messages", content=content, headers=headers)
    if text is None or "conversation" in case:
        return
    assert response.status_code == status, response.text
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["language_code"] == "ja"
    phrases = desk.desk.phrases.section("error", "ja")
    assert problem["detail"].replace("4000", "{limit}") in phrases.values()
    assert (await talk.log())["events"] == []


@pytest.mark.parametrize(
    "text",
    [
        "😀😀",
        "42",
        "4111 1111",
        "?!",
        "https://example.org/?a=1",
        "x",
        "👨‍👩‍👧",
        "a\u0000b\u202ec\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass"),
    ],
)
async def test_odd_messages_get_a_sensible_answer(desk, scripted, text):
    response = await desk.client.post("/chat", content=json.dumps({"message": text}).encode())
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["reply"]
    assert answer["language_code"] == "en"
    (_, question), _ = scripted.asked[-1]
    assert not set(question.content) & {"\u0000", "\u202e", "\ud800"}


async def test_a_message_without_a_content_type_is_read(desk):
    assert (await desk.client.post("/chat", content=body("hello there"))).status_code == 200


async def test_unknown_paths_and_methods_are_told(desk):
    missing = await desk.client.get("/nowhere", headers={"Accept-Language": "fr"})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert (await desk.client.get("/chat")).status_code == 405


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_text_breaks_the_desk(desk, text):
    content = json.dumps({"message": text}).encode()
    response = await desk.client.post("/chat", content=content)
    assert response.status_code in (200, 400), response.text
