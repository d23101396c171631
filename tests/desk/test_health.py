"""Health, metrics, and the headers that stand on every answer."""

import json

import pytest

from dragoman.testing.pytest_desk import serving_desk

pytestmark = pytest.mark.database


async def test_a_desk_with_database_and_engine_is_ready(desk):
    assert (await desk.client.get("/health/live")).json() == {"status": "live"}
    response = await desk.client.get("/health/ready")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "database": True, "engine": True, "models": ["scripted"]}


async def test_a_desk_without_an_engine_is_not_ready_but_lives(desk, scripted):
    scripted.ready = False
    response = await desk.client.get("/health/ready")
    assert (response.status_code, response.json()["engine"]) == (503, False)
    assert (await desk.client.get("/health/live")).status_code == 200


def value(text, name, **labels):
    wanted = [f'{key}="{label}"' for key, label in labels.items()]
    for line in text.splitlines():
        if line.startswith(name) and all(label in line for label in wanted):
            return float(line.rsplit(" ", 1)[1])
    return None


async def test_metrics_tell_requests_languages_times_tokens_and_memory(desk):
    await desk.client.post("/chat", json={"message": "Wie lange dauert die Lieferung nach Österreich?"})
    await desk.client.post("/chat", json={"message": ""})
    await desk.client.get("/a-stranger/typed-this")
    text = (await desk.client.get("/metrics")).text
    assert value(text, "dragoman_requests_total", route="/chat", status="200") == 1
    assert value(text, "dragoman_requests_total", route="/chat", status="400") == 1
    assert value(text, "dragoman_replies_total", language="de", source="generated") == 1
    assert value(text, "dragoman_language_decisions_total", language="de") == 1
    assert value(text, "dragoman_first_word_seconds_count") == 1
    assert value(text, "dragoman_answer_seconds_count") == 1
    assert value(text, "dragoman_model_tokens_total", kind="completion") > 0
    assert value(text, "dragoman_turns_live") == 0
    assert value(text, "dragoman_process_memory_bytes") > 10_000_000
    assert "a-stranger" not in text


async def test_headers_keep_pages_to_what_the_desk_serves(desk):
    page = await desk.client.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    answer = await desk.client.post("/chat", json={"message": "hello"})
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "language", "direction"),
    [("he,en", "he", "rtl"), ("pt-BR", "pt", "ltr"), ("xx", "en", "ltr")],
)
async def test_the_page_is_in_the_visitors_language(desk, accepted, language, direction):
    html = (await desk.client.get("/", headers={"Accept-Language": accepted})).text
    assert f'lang="{language}"' in html
    assert f'dir="{direction}"' in html
    assert desk.desk.phrases.text("chat.placeholder", language) in html


async def test_the_page_escapes_what_the_operator_set(database_url, scripted):
    name = '</script><img src=x onerror="alert(1)">'
    async with serving_desk(database_url, scripted, desk={"name": name}) as opened:
        html = (await opened.client.get("/")).text
    assert "<img src=x" not in html
    config = html.split('id="desk">', 1)[1].split("</script>", 1)[0]
    assert json.loads(config)["name"] == name


async def test_words_of_the_page_come_in_every_language(desk):
    response = await desk.client.get("/page/phrases/km.json")
    assert response.json()["chat"] == dict(desk.desk.phrases.section("chat", "km"))
    assert (await desk.client.get("/page/phrases/xx.json")).status_code == 400
    assert (await desk.client.get("/page/../desk.py")).status_code == 404


async def test_scripts_come_compressed_and_are_asked_for_again(desk):
    first = await desk.client.get("/page/chat.js")
    assert first.headers["content-type"].startswith("text/javascript")
    assert (first.headers["content-encoding"], first.headers["cache-control"]) == ("gzip", "no-cache")
    again = await desk.client.get("/page/chat.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert (await desk.client.get("/page/chat.html")).status_code == 404


async def test_the_interface_is_described(desk):
    paths = (await desk.client.get("/openapi.json")).json()["paths"]
    assert {"/chat", "/api/v1/conversations", "/health/ready"} <= set(paths)


async def test_the_interface_is_described_on_a_page_without_scripts(desk):
    page = await desk.client.get("/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    for path in (await desk.client.get("/openapi.json")).json()["paths"]:
        assert path in page.text
    assert "What the customer wrote." in page.text
    problem = (await desk.client.get("/nowhere")).json()
    assert problem["type"] == "/docs#not_found"
    assert 'id="not_found"' in page.text
    assert 'id="message_empty"' in page.text
