"""What a GGUF file says of itself, and the memory that serving it takes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dragoman.engines.models.gguf_header import ArrayOf, Header, read_header

KV_BYTES = 2
"""An attention key or value takes two bytes (F16), which is the most that either backend keeps."""

BASE_BYTES = 250_000_000
COPY_SHARE, COPY_SHARE_F16 = 1.7, 2.2
"""What OpenVINO takes beyond the weights while it loads them, packing them anew, and for its own code.

Peaks measured with this model (MB of weights, MB of memory): Q4_0 352, 1,175; Q8_0 531, 1,705; F16 994, 3,405.
Afterwards it holds about 300 MB less. llama.cpp takes 110 MB beyond the weights.
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of memory for serving, as a bound: `kv_cache` is for one whole context, `overhead` that of OpenVINO."""

    weights: int
    kv_cache_per_token: int
    kv_cache: int
    overhead: int
    total: int


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a model is. Sizes in bytes; what the file does not say is None, or `unknown`.

    Attributes:
        quantization: the type that most weights have, in lower case.
        tensor_types: how many tensors there are of each type.
        licence: as the file names it.
    """

    path: Path
    title: str | None
    architecture: str
    parameters: int
    layers: int | None
    context_tokens: int | None
    vocabulary: int | None
    tokenizer: str | None
    chat_template: bool
    quantization: str
    tensor_types: Mapping[str, int]
    licence: str
    file_bytes: int
    memory: Memory

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**asdict(self), "path": str(self.path)}


def read_info(path: Path) -> ModelInfo:
    """Read what the GGUF file at `path` is.

    Raises:
        OperatorError: it is not there, not GGUF, or broken.
    """
    return describe(read_header(path))


def describe(header: Header) -> ModelInfo:
    """Put a head that was read into words and numbers."""
    architecture = header.text("general.architecture") or "unknown"
    tokens = header.fields.get("tokenizer.ggml.tokens")
    return ModelInfo(
        path=header.path,
        title=header.text("general.name"),
        architecture=architecture,
        parameters=_parameters(header),
        layers=header.number(f"{architecture}.block_count"),
        context_tokens=header.number(f"{architecture}.context_length"),
        vocabulary=tokens.value.length if tokens and isinstance(tokens.value, ArrayOf) else None,
        tokenizer=_tokenizer(header),
        chat_template=header.text("tokenizer.chat_template") is not None,
        quantization=dominant_type(header),
        tensor_types=dict(Counter(tensor.type.name.lower() for tensor in header.tensors)),
        licence=header.text("general.license") or "unknown",
        file_bytes=header.file_bytes,
        memory=_memory(header, architecture),
    )


def dominant_type(header: Header) -> str:
    """Return the type that most of the numbers in matrices have, in lower case; `unknown` without matrices."""
    elements: Counter[str] = Counter()
    for tensor in header.tensors:
        if len(tensor.shape) > 1:
            elements[tensor.type.name.lower()] += tensor.elements
    return elements.most_common(1)[0][0] if elements else "unknown"


def _parameters(header: Header) -> int:
    return sum(tensor.elements for tensor in header.tensors)


def _tokenizer(header: Header) -> str | None:
    names = (header.text("tokenizer.ggml.model"), header.text("tokenizer.ggml.pre"))
    return "/".join(name for name in names if name) or None


def _memory(header: Header, architecture: str) -> Memory:
    weights = sum(tensor.bytes for tensor in header.tensors)
    per_token = _kv_bytes_per_token(header, architecture)
    cache = per_token * (header.number(f"{architecture}.context_length") or 0)
    copies = COPY_SHARE_F16 if dominant_type(header) in ("f16", "bf16", "f32") else COPY_SHARE
    overhead = BASE_BYTES + int(weights * copies)
    return Memory(weights, per_token, cache, overhead, weights + cache + overhead)


def _kv_bytes_per_token(header: Header, architecture: str) -> int:
    """Two vectors (key and value) a layer and attention group; 0 where the file does not tell the shape."""
    layers = header.number(f"{architecture}.block_count") or 0
    heads = header.number(f"{architecture}.attention.head_count") or 0
    groups = header.number(f"{architecture}.attention.head_count_kv") or heads
    width = header.number(f"{architecture}.embedding_length") or 0
    by_default = width // heads if heads else 0
    key = header.number(f"{architecture}.attention.key_length") or by_default
    value = header.number(f"{architecture}.attention.value_length") or by_default
    return layers * groups * (key + value) * KV_BYTES
