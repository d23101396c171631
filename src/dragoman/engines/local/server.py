"""The engine's HTTP server: OpenAI's endpoints before a model in memory."""

import hmac
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dragoman.embeddings.base import Embedder
from dragoman.engines.local.answering import Call, answer_streaming, answer_whole
from dragoman.engines.local.base import Backend
from dragoman.engines.local.embedding import Embeddings
from dragoman.engines.local.errors import CLIENT_GONE, ApiError, api_error, not_served, refuse
from dragoman.engines.local.metrics import EngineMetrics
from dragoman.engines.local.requests import ChatBody, CompletionBody, EmbeddingBody, read_body, read_json
from dragoman.engines.local.responses import ServedModel, Shape, embeddings, models
from dragoman.engines.local.template import ChatTemplate
from dragoman.engines.local.waiting import Line
from dragoman.serving.limits import BodyLimit, ReceiveDeadline
from dragoman.watching.metrics import CONTENT_TYPE, exposition

# The longest context of 32,768 tokens takes some 150 kB of text; several prompts or a batch to embed may take more.
MAX_BODY_BYTES = 8 << 20
RECEIVE_SECONDS = 30.0
_DEFAULT_COMPLETION_TOKENS = 16
_LOADING_RETRY = {"retry-after": "2"}


@dataclass(slots=True)
class Engine:
    """What the endpoints stand on. The port answers before the model is in memory: `backend` comes later.

    Attributes:
        trouble: why there will be no backend, once that is known.
    """

    model: ServedModel
    embedder: Embedder
    running: int
    waiting: int
    api_key: str | None = None
    backend: Backend | None = None
    trouble: str | None = None
    line: Line = field(init=False)
    metrics: EngineMetrics = field(init=False)
    embeddings: Embeddings = field(init=False)
    started_at: int = field(default_factory=lambda: int(time.time()))
    _template: ChatTemplate | None = None

    def __post_init__(self) -> None:
        self.line = Line(running=self.running, waiting=self.waiting)
        self.metrics = EngineMetrics(self.line, self._kv_cache_use, self._kv_cache_bytes)
        self.embeddings = Embeddings(self.embedder, waiting=self.waiting)

    def loaded(self) -> Backend:
        """Return the backend.

        Raises:
            ApiError: there is none (yet); 503.
        """
        if self.backend is not None:
            return self.backend
        if self.trouble is not None:
            raise ApiError(503, "The model could not be loaded.", code="engine_failed")
        raise ApiError(503, "The model is being loaded.", code="engine_loading", headers=_LOADING_RETRY)

    def template(self) -> ChatTemplate:
        """Return the chat template of the weights."""
        if self._template is None:
            self._template = ChatTemplate(self.loaded().info)
        return self._template

    def status(self) -> tuple[str, str | None]:
        """Return `loading`, `ready` or `failed`, and why it has failed."""
        problem = self.trouble or (self.backend.problem() if self.backend is not None else None)
        if problem:
            return "failed", problem
        return ("ready" if self.backend is not None else "loading"), None

    def _kv_cache_use(self) -> float:
        return self.backend.kv_cache_use() if self.backend is not None else 0.0

    def _kv_cache_bytes(self) -> float:
        return self.backend.info.kv_cache_bytes if self.backend is not None else 0.0


def create_app(
    backend: Backend,
    *,
    model: ServedModel,
    embedder: Embedder,
    running: int,
    waiting: int,
    api_key: str | None = None,
) -> ASGIApp:
    """Return the application before a backend that is loaded.

    Args:
        running: how many requests are generated side by side.
        waiting: how many more may wait; one beyond is answered 429.
        api_key: asked for as a bearer token on `/v1/*`; None asks for nothing.
    """
    return app_of(Engine(model, embedder, running, waiting, api_key, backend))


def app_of(engine: Engine) -> ASGIApp:
    """Return the application of an engine whose backend may still come."""
    endpoints = {
        "completions": _completions,
        "chat": _chat,
        "embeddings": _embeddings,
    }
    paths = {"completions": "/v1/completions", "chat": "/v1/chat/completions", "embeddings": "/v1/embeddings"}
    posts = [
        Route(paths[name], _Post(engine, name, endpoint), methods=["POST"])
        for name, endpoint in endpoints.items()
    ]
    gets = [
        Route(path, _get(engine, endpoint), methods=["GET"])
        for path, endpoint in (("/v1/models", _models), ("/health", _health))
    ]
    gets.append(Route("/metrics", _metrics_of(engine), methods=["GET"]))
    app = Starlette(routes=[*posts, *gets], exception_handlers={HTTPException: not_served})
    limited = ReceiveDeadline(app, seconds=RECEIVE_SECONDS, refuse=refuse)
    return BodyLimit(limited, max_bytes=MAX_BODY_BYTES, refuse=refuse)


Answer = Callable[[Engine, Mapping[str, Any], Send], Awaitable[int]]
"""Answers a body and returns the status that was sent."""


class _Post:
    """An endpoint as plain ASGI, so that it hears when the client goes away and stops what was begun for it."""

    def __init__(self, engine: Engine, name: str, answer: Answer) -> None:
        self._engine = engine
        self._name = name
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        began = time.monotonic()
        request = Request(scope, receive)
        status = CLIENT_GONE
        try:
            status = await self._serve(request, send)
        except ClientDisconnect:
            pass
        except Exception as error:
            # Whatever it is, the client is answered in the API's shape.
            refusal = api_error(error)
            status = refusal.status
            await refusal.response()(scope, receive, send)
        finally:
            self._engine.metrics.requests.labels(self._name, str(status)).inc()
            self._engine.metrics.seconds.labels(self._name).observe(time.monotonic() - began)

    async def _serve(self, request: Request, send: Send) -> int:
        _check_key(self._engine, request)
        body = read_json(await request.body(), request.headers.get("content-type", ""))
        status = CLIENT_GONE
        failure: Exception | None = None

        async def answer(group: anyio.abc.TaskGroup) -> None:
            nonlocal status, failure
            try:
                status = await self._answer(self._engine, body, send)
            except Exception as error:
                # Carried out of the task group by hand, which would wrap it.
                failure = error
            group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(_cancel_when_gone, request.receive, group.cancel_scope)
            group.start_soon(answer, group)
        if failure is not None:
            raise failure
        return status


async def _cancel_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    scope.cancel()


def _check_key(engine: Engine, request: Request) -> None:
    if engine.api_key is None:
        return
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), engine.api_key.encode()):
        raise ApiError(
            401, "A valid API key is needed.", code="invalid_api_key", headers={"www-authenticate": "Bearer"}
        )


async def _completions(engine: Engine, body: Mapping[str, Any], send: Send) -> int:
    asked = read_body(CompletionBody, body)
    prompts = asked.prompts()
    requests = asked.generations(prompts, longest=_DEFAULT_COMPLETION_TOKENS)
    backend = engine.loaded()
    shape = Shape("completion", engine.model.name)
    return await _generate(engine, Call(backend, requests, shape, len(prompts), asked), send)


async def _chat(engine: Engine, body: Mapping[str, Any], send: Send) -> int:
    asked = read_body(ChatBody, body)
    backend = engine.loaded()
    prompt = engine.template().prompt([message.plain() for message in asked.messages])
    longest = asked.max_completion_tokens or backend.info.context_tokens
    requests = asked.generations([prompt], longest=longest)
    return await _generate(engine, Call(backend, requests, Shape("chat", engine.model.name), 1, asked), send)


async def _generate(engine: Engine, call: Call, send: Send) -> int:
    answer = answer_streaming if call.asked.stream else answer_whole
    return await answer(call, engine.line, engine.metrics, send)


async def _embeddings(engine: Engine, body: Mapping[str, Any], send: Send) -> int:
    asked = read_body(EmbeddingBody, body)
    vectors, tokens = await engine.embeddings.of(asked.texts())
    as_base64 = asked.encoding_format == "base64"
    answer = embeddings(vectors, tokens=tokens, model=engine.embedder.name, as_base64=as_base64)
    await send_json(send, answer)
    return 200


async def send_json(send: Send, answer: Mapping[str, Any], status: int = 200) -> None:
    """Send a whole answer."""
    content = json.dumps(answer, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


Get = Callable[[Engine, Request], Response]


def _get(engine: Engine, endpoint: Get) -> Callable[[Request], Awaitable[Response]]:
    async def served(request: Request) -> Response:
        try:
            return endpoint(engine, request)
        except ApiError as refusal:
            return refusal.response()

    return served


def _models(engine: Engine, request: Request) -> Response:
    """List what can answer now: clients take the list for a sign that something can, so while loading it is 503."""
    _check_key(engine, request)
    info = engine.loaded().info
    return _json(
        models(
            engine.model,
            context_tokens=info.context_tokens,
            backend=info.backend,
            created=engine.started_at,
            embedder=engine.embedder.name,
        )
    )


def _health(engine: Engine, _request: Request) -> Response:
    status, problem = engine.status()
    body = {
        "status": status,
        "detail": problem,
        "model": engine.model.name,
        "running": engine.line.running,
        "waiting": engine.line.waiting,
    }
    return _json(body, 200 if status == "ready" else 503)


def _metrics_of(engine: Engine) -> Callable[[Request], Awaitable[Response]]:
    async def served(_request: Request) -> Response:
        if engine.backend is not None:
            engine.metrics.loaded(
                model=engine.model.name,
                quantization=engine.model.quantization,
                backend=engine.backend.info.backend,
            )
        # In a thread: the memory of the model's process is read from the system.
        text = await anyio.to_thread.run_sync(exposition, engine.metrics.registry)
        return Response(text, media_type=CONTENT_TYPE)

    return served


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, media_type="application/json")
