"""What is answered, in OpenAI's shapes."""

import base64
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dragoman.engines.local.base import FinishReason
from dragoman.serving.streams import sse

DONE = sse("[DONE]")


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The weights that answer, as clients are told of them.

    Attributes:
        name: the name of the weights that really answer.
        quantization: `q8_0`, `q4_0`, `f16` or what a file of the operator's own has.
        licence: an SPDX identifier, or `unknown`.
        stand_in: these weights take the place of others, `stands_in_for`.
    """

    name: str
    quantization: str
    licence: str
    stand_in: bool = False
    stands_in_for: str | None = None


@dataclass(slots=True)
class Choice:
    """One choice as it grows."""

    text: str = ""
    finish_reason: FinishReason | None = None


@dataclass(slots=True)
class Counts:
    """Tokens of one request: those of the prompt, once however many choices, and those that were generated."""

    prompt: int = 0
    completion: int = 0

    def usage(self) -> dict[str, int]:
        """Return them in OpenAI's shape."""
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
        }


@dataclass(frozen=True, slots=True)
class Shape:
    """Writes the answers of one request, whole or as a stream's events."""

    kind: Literal["completion", "chat"]
    model: str
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, choices: Sequence[Choice], counts: Counts) -> dict[str, Any]:
        """Return the whole answer."""
        written = [
            {
                **self._content(choice.text),
                "index": index,
                "finish_reason": choice.finish_reason,
            }
            for index, choice in enumerate(choices)
        ]
        return {**self._head(), "choices": written, "usage": counts.usage()}

    def opening(self, index: int, *, usage: bool) -> bytes:
        """Return the event with which a choice begins; completions have none."""
        if self.kind == "completion":
            return b""
        return self._event(index, {"delta": {"role": "assistant", "content": ""}}, None, usage=usage)

    def piece(self, index: int, text: str, end: FinishReason | None, *, usage: bool) -> bytes:
        """Return the events of a piece of text and of the choice's end; `usage` says whether counts will follow."""
        if self.kind == "completion":
            return self._event(index, {"text": text}, end, usage=usage) if text or end else b""
        events = self._event(index, {"delta": {"content": text}}, None, usage=usage) if text else b""
        return events + self._event(index, {"delta": {}}, end, usage=usage) if end else events

    def counts(self, counts: Counts) -> bytes:
        """Return the event with the token counts, which has no choices."""
        return sse(_json({**self._head(chunk=True), "choices": [], "usage": counts.usage()}))

    def _content(self, text: str) -> dict[str, Any]:
        if self.kind == "completion":
            return {"text": text}
        return {"message": {"role": "assistant", "content": text}}

    def _head(self, *, chunk: bool = False) -> dict[str, Any]:
        if self.kind == "completion":
            name, kind = f"cmpl-{self.id}", "text_completion"
        else:
            name, kind = f"chatcmpl-{self.id}", "chat.completion.chunk" if chunk else "chat.completion"
        return {"id": name, "object": kind, "created": self.created, "model": self.model}

    def _event(
        self, index: int, content: Mapping[str, Any], end: FinishReason | None, *, usage: bool
    ) -> bytes:
        choice = {"index": index, **content, "finish_reason": end}
        # Clients that asked for counts expect the field in every event, null until the last.
        return sse(
            _json({**self._head(chunk=True), "choices": [choice], **({"usage": None} if usage else {})})
        )


def embeddings(vectors: NDArray[np.float32], *, tokens: int, model: str, as_base64: bool) -> dict[str, Any]:
    """Return embeddings, a row of `vectors` (count, dimensions) each: as numbers, or as base64 of little-endian float32."""
    rows: list[Any] = (
        [base64.b64encode(row.astype("<f4").tobytes()).decode() for row in vectors]
        if as_base64
        else [row.tolist() for row in vectors]
    )
    data = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(rows)]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": model, "usage": usage}


def models(
    served: ServedModel, *, context_tokens: int, backend: str, created: int, embedder: str
) -> dict[str, Any]:
    """Return the list of models: the weights that answer, and the embedder beside them.

    What OpenAI's shape has no place for stands under `dragoman`.
    """
    generating = {
        "kind": "generation",
        "stand_in": served.stand_in,
        "stands_in_for": served.stands_in_for,
        "quantization": served.quantization,
        "context_tokens": context_tokens,
        "licence": served.licence,
        "backend": backend,
    }
    head = {"object": "model", "created": created, "owned_by": "dragoman"}
    return {
        "object": "list",
        "data": [
            {"id": served.name, **head, "max_model_len": context_tokens, "dragoman": generating},
            {"id": embedder, **head, "dragoman": {"kind": "embedding"}},
        ],
    }


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
