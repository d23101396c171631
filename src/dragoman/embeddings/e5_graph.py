"""The encoder of multilingual-e5-small as an OpenVINO graph: the only file of this room that knows OpenVINO.

A BERT encoder (Devlin et al. 2018) with a mean over its tokens. Weights are kept as 8-bit numbers with a scale for
each row, which OpenVINO multiplies with activations that it quantises as it goes (docs/decisions/0010-embedding-speed.md).
"""

import sys
from typing import Any, cast

# `import openvino` sends an event to Google Analytics unless somebody has opted out; its authors provide for the
# telemetry package being absent, and so it is made to be.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import numpy as np  # noqa: E402 - the line above comes first
import openvino  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from openvino import opset13  # noqa: E402

from dragoman.embeddings.e5_weights import Weights  # noqa: E402

ops: Any = opset13
"""OpenVINO's operations, which carry no useful types."""

# Activations that share a scale when they are quantised: a whole row is as exact as smaller groups, and no slower.
_QUANTISED_TOGETHER = 64
# What is added to the attention of padding.
_NEVER = -1e9


class Encoder:
    """The compiled graph. `encode` may be called from as many threads at once as it was compiled for."""

    def __init__(self, weights: Weights, *, threads: int) -> None:
        core = openvino.Core()
        capabilities = cast(list[str], core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
        # One thread for each text: two threads on one text wait for each other half of the time.
        properties = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": threads,
            "INFERENCE_PRECISION_HINT": "bf16" if "BF16" in capabilities else "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": _QUANTISED_TOGETHER,
        }
        self._weights = weights
        self._compiled: Any = core.compile_model(_Graph(weights).model(), "CPU", properties)
        self._places = weights.floats("emb.pos").reshape(-1, weights.shape.hidden)
        self._places = self._places + weights.floats("emb.type")[: weights.shape.hidden]

    def encode(self, texts: list[list[int]]) -> NDArray[np.float32]:
        """Return the means over the last layer, (texts, hidden), of texts in pieces, none longer than the model reads."""
        longest = max(map(len, texts))
        pieces = np.zeros((len(texts), longest), np.int64)
        mask = np.full((len(texts), 1, 1, longest), _NEVER, np.float32)
        mean = np.zeros((len(texts), 1, longest), np.float32)
        for row, text in enumerate(texts):
            pieces[row, : len(text)] = text
            mask[row, ..., : len(text)] = 0
            mean[row, :, : len(text)] = 1 / len(text)
        embedded = self._weights.embeddings(pieces) + self._places[:longest]
        result = self._compiled.create_infer_request().infer([embedded, mask, mean])
        return cast(NDArray[np.float32], result[0][:, 0].copy())


class _Graph:
    """Puts the graph together."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._shape = weights.shape

    def model(self) -> Any:
        embedded = ops.parameter([-1, -1, self._shape.hidden], np.float32)
        mask = ops.parameter([-1, 1, 1, -1], np.float32)
        mean = ops.parameter([-1, 1, -1], np.float32)
        state = self._norm(embedded, "emb.ln")
        for layer in range(self._shape.layers):
            state = self._layer(state, mask, f"l{layer}")
        model: Any = openvino.Model  # typed as taking only what it is made of
        return model([ops.matmul(mean, state, False, False)], [embedded, mask, mean], "e5")

    def _layer(self, state: Any, mask: Any, name: str) -> Any:
        attended = self._attention(state, mask, name)
        state = self._norm(ops.add(state, attended), f"{name}.aln")
        inner = ops.gelu(self._linear(state, f"{name}.fi", self._shape.inner), "erf")
        return self._norm(
            ops.add(state, self._linear(inner, f"{name}.fo", self._shape.hidden)), f"{name}.oln"
        )

    def _attention(self, state: Any, mask: Any, name: str) -> Any:
        hidden, heads = self._shape.hidden, self._shape.heads

        def apart(part: str) -> Any:
            projected = self._linear(state, f"{name}.{part}", hidden)
            split = ops.reshape(projected, _constant([0, 0, heads, hidden // heads]), True)
            return ops.transpose(split, _constant([0, 2, 1, 3]))

        context = ops.scaled_dot_product_attention(
            apart("q"), apart("k"), apart("v"), mask, None, causal=False
        )
        joined = ops.reshape(ops.transpose(context, _constant([0, 2, 1, 3])), _constant([0, 0, hidden]), True)
        return self._linear(joined, f"{name}.ao", hidden)

    def _linear(self, state: Any, name: str, rows: int) -> Any:
        matrix = self._weights.matrix(f"{name}.w", rows)
        scales = np.abs(matrix).max(axis=1, keepdims=True) / 127
        numbers = np.rint(matrix / scales).astype(np.int8)
        restored = ops.multiply(ops.convert(ops.constant(numbers), np.float32), ops.constant(scales))
        return ops.add(ops.matmul(state, restored, False, True), self._row(f"{name}.b"))

    def _norm(self, state: Any, name: str) -> Any:
        centred = ops.mvn(state, _constant([-1]), True, self._shape.epsilon, "inside_sqrt")
        return ops.add(ops.multiply(centred, self._row(f"{name}.w")), self._row(f"{name}.b"))

    def _row(self, name: str) -> Any:
        return ops.constant(self._weights.floats(name).reshape(1, 1, -1).copy())


def _constant(numbers: list[int]) -> Any:
    return ops.constant(np.array(numbers, np.int64))
