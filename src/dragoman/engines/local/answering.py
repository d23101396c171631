"""Answering a request for text: whole, or as a stream of events."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from starlette.types import Send

from dragoman.engines.local.base import Backend, Chunk, Generation
from dragoman.engines.local.errors import api_error
from dragoman.engines.local.generating import Begun, Event, generating
from dragoman.engines.local.metrics import EngineMetrics
from dragoman.engines.local.requests import Sampled
from dragoman.engines.local.responses import DONE, Choice, Counts, Shape
from dragoman.engines.local.waiting import Line
from dragoman.serving.streams import HEADERS, MEDIA_TYPE, sse


@dataclass(frozen=True, slots=True)
class Call:
    """A request for text, ready to be generated: `requests` has `n` for each of so many `prompts`, in their order."""

    backend: Backend
    requests: Sequence[Generation]
    shape: Shape
    prompts: int
    asked: Sampled

    def first_of_its_prompt(self, number: int) -> bool:
        """Whether a generation is the first choice of its prompt, whose tokens are counted once."""
        return number % (len(self.requests) // self.prompts) == 0


@dataclass(slots=True)
class _Tally:
    """Counts a request's tokens and times, for its answer and for the metrics."""

    call: Call
    metrics: EngineMetrics
    counts: Counts = field(default_factory=Counts)
    began: float = field(default_factory=time.monotonic)
    first: dict[int, float] = field(default_factory=dict[int, float])
    last: dict[int, float] = field(default_factory=dict[int, float])
    tokens: dict[int, int] = field(default_factory=dict[int, int])

    def note(self, event: Event) -> None:
        number, what = event
        if isinstance(what, Begun):
            if self.call.first_of_its_prompt(number):
                self.counts.prompt += what.prompt_tokens
                self.metrics.prompt_tokens.inc(what.prompt_tokens)
            return
        self.counts.completion += what.tokens
        self.metrics.completion_tokens.inc(what.tokens)
        self._time(number, what)

    def _time(self, number: int, chunk: Chunk) -> None:
        now = time.monotonic()
        self.tokens[number] = self.tokens.get(number, 0) + chunk.tokens
        if number not in self.first:
            self.first[number] = now
            self.metrics.first_token_seconds.observe(now - self.began)
        else:
            self.metrics.next_piece_seconds.observe(now - self.last[number])
            if chunk.finish_reason is not None:
                further = max(1, self.tokens[number] - 1)
                self.metrics.token_seconds.observe((now - self.first[number]) / further)
        self.last[number] = now


async def answer_whole(call: Call, line: Line, metrics: EngineMetrics, send: Send) -> int:
    """Generate, then answer; return the status."""
    tally = _Tally(call, metrics)
    choices = [Choice() for _ in call.requests]
    async with generating(call.backend, line, call.requests) as events:
        async for number, what in events:
            tally.note((number, what))
            if isinstance(what, Chunk):
                choices[number].text += what.text
                choices[number].finish_reason = what.finish_reason
    content = json.dumps(call.shape.whole(choices, tally.counts), ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})
    return 200


async def answer_streaming(call: Call, line: Line, metrics: EngineMetrics, send: Send) -> int:
    """Answer while generating; return the status.

    Nothing is sent before the model has taken the prompt, so what it refuses is still answered as an error.
    """
    tally = _Tally(call, metrics)
    async with generating(call.backend, line, call.requests) as events:
        first = await anext(events)
        await send({"type": "http.response.start", "status": 200, "headers": _stream_headers()})
        try:
            tally.note(first)
            await _send(send, call.shape.opening(first[0], usage=call.asked.include_usage))
            await _send_events(call, events, tally, send)
        except Exception as error:
            refusal = api_error(error)
            await _send(send, sse(json.dumps(refusal.body(), ensure_ascii=False)))
            await send({"type": "http.response.body", "body": b""})
            return refusal.status
    await send({"type": "http.response.body", "body": DONE})
    return 200


async def _send_events(call: Call, events: AsyncIterator[Event], tally: _Tally, send: Send) -> None:
    usage = call.asked.include_usage
    async for number, what in events:
        tally.note((number, what))
        if isinstance(what, Begun):
            await _send(send, call.shape.opening(number, usage=usage))
        else:
            await _send(send, call.shape.piece(number, what.text, what.finish_reason, usage=usage))
    if usage:
        await _send(send, call.shape.counts(tally.counts))


async def _send(send: Send, content: bytes) -> None:
    if content:
        await send({"type": "http.response.body", "body": content, "more_body": True})


def _stream_headers() -> list[tuple[bytes, bytes]]:
    headers = {"content-type": f"{MEDIA_TYPE}; charset=utf-8", **HEADERS}
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
