"""A remote embedder is spoken to as the OpenAI protocol says, and its faults have names."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dragoman.embeddings.remote import RemoteEmbedder
from dragoman.nouns.errors import EngineBusyError, EngineError, EngineUnavailableError, OperatorError
from dragoman.testing.loopback import loopback


class Server:
    """A server that embeds a text as (its length, 1), and keeps what it was sent."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.app = Starlette(routes=[Route("/v1/embeddings", self.embed, methods=["POST"])])

    async def embed(self, request: Request) -> JSONResponse:
        body = json.loads(await request.body())
        self.requests.append(body)
        self.keys.append(request.headers.get("authorization"))
        data = [
            {"object": "embedding", "index": place, "embedding": [float(len(text)), 1.0]}
            for place, text in enumerate(body["input"])
        ]
        return JSONResponse({"object": "list", "model": body["model"], "data": data[::-1]})


async def test_embeds_in_order_in_batches_with_prefixes_and_key() -> None:
    server = Server()
    async with loopback(server.app) as address:
        embedder = await RemoteEmbedder.open(
            f"{address}/v1/", model="m", api_key="k", query_prefix="query: ", passage_prefix="passage: "
        )
        vectors = await embedder.passages(["x" * number for number in range(70)])
        assert (await embedder.passages([])).shape == (0, 2)
        await embedder.close()
    assert embedder.dimensions == 2
    assert embedder.name == "m"
    lengths = vectors[:, 0] / vectors[:, 1] - len("passage: ")
    np.testing.assert_allclose(lengths, range(70), rtol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert [len(request["input"]) for request in server.requests][:1] == [1]
    assert sorted(len(request["input"]) for request in server.requests[1:]) == [6, 32, 32]
    assert server.requests[0]["input"] == ["query: ?"]
    assert set(server.keys) == {"Bearer k"}


def answering(answer: Callable[[], httpx.Response]) -> RemoteEmbedder:
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer()))
    return RemoteEmbedder("http://embedder/v1", model="m", client=client)


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, EngineBusyError), (503, EngineUnavailableError), (400, EngineError), (500, EngineError)],
)
async def test_refusals_have_names_and_do_not_repeat_what_was_sent(
    status: int, error: type[EngineError]
) -> None:
    embedder = answering(lambda: httpx.Response(status, text="my secret question"))
    with pytest.raises(error) as raised:
        await embedder.queries(["my secret question"])
    assert "secret" not in str(raised.value)
    await embedder.close()


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        '{"data": 3}',
        '{"data": []}',
        '{"data": [{"index": 0, "embedding": "abc"}]}',
        '{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1]}]}',
        '{"data": [{"index": 0, "embedding": [NaN]}]}',
    ],
)
async def test_answers_that_are_no_vectors_are_refused(body: str) -> None:
    embedder = answering(lambda: httpx.Response(200, text=body))
    with pytest.raises(EngineError):
        await embedder.queries(["?"])
    await embedder.close()


async def test_a_server_that_is_not_there_is_told_of_with_what_to_do() -> None:
    with pytest.raises(OperatorError, match="check its address"):
        await RemoteEmbedder.open("http://127.0.0.1:9/v1", model="m")


async def test_a_change_of_dimensions_is_noticed() -> None:
    sizes = iter([2, 3])
    embedder = answering(
        lambda: httpx.Response(200, json={"data": [{"index": 0, "embedding": [1.0] * next(sizes)}]})
    )
    embedder.dimensions = (await embedder.queries(["?"])).shape[1]
    with pytest.raises(EngineError, match="3 numbers"):
        await embedder.queries(["?"])
    await embedder.close()
