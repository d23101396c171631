"""Which backend runs the model, and opening it."""

import importlib.util
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from dragoman.engines.local.base import Backend, BackendInfo
from dragoman.engines.local.conversion import converted, discard, place_of
from dragoman.engines.local.llama_server import LlamaServerBackend
from dragoman.engines.local.stepped import SteppedBackend
from dragoman.engines.local.vocabulary import Vocabulary, read_vocabulary
from dragoman.engines.local.worker import Worker
from dragoman.engines.models.gguf_header import read_header
from dragoman.nouns.errors import OperatorError
from dragoman.watching.logs import logger

BackendChoice = Literal["auto", "openvino", "llamacpp"]

OPENVINO, LLAMACPP = "dragoman.engines.local.openvino", "dragoman.engines.local.llamacpp"
_PACKAGES = {"openvino": "openvino_genai", "llamacpp": "xllamacpp"}
# What OpenVINO GenAI's reader of GGUF takes (src/cpp/src/gguf_utils of openvino.genai).
_OPENVINO_ARCHITECTURES = frozenset({"llama", "qwen2", "qwen3"})
_OPENVINO_TYPES = frozenset({"F32", "F16", "Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q6_K"})
# Tokens in a block of the attention cache on a processor (OpenVINO's `PagedAttention`).
_BLOCK_TOKENS = 32


@dataclass(frozen=True, slots=True)
class Loading:
    """What to load and how; sizes in tokens and bytes, 0 where the backend is to choose.

    Attributes:
        weights: a GGUF file.
        conversions: the folder for OpenVINO's own form of them; None for beside them.
        running: the most requests that are generated side by side.
    """

    weights: Path
    conversions: Path | None = None
    threads: int = 0
    context_tokens: int = 0
    kv_cache_bytes: int = 0
    running: int = 16


async def open_backend(choice: BackendChoice, loading: Loading) -> Backend:
    """Load the weights and return the backend that has them.

    Raises:
        OperatorError: the backend is not installed or cannot run these weights.
    """
    vocabulary = read_vocabulary(loading.weights)
    chosen = choose(choice, loading.weights, vocabulary)
    if importlib.util.find_spec(_PACKAGES[chosen]) is None:
        raise OperatorError(
            f"The backend {chosen} is not installed for this machine: install {_PACKAGES[chosen]}, or set engine.backend."
        )
    logger.info("loading_model", backend=chosen, weights=loading.weights.name)
    opener = _open_openvino if chosen == "openvino" else _open_llamacpp
    return await opener(loading, vocabulary)


def choose(choice: BackendChoice, weights: Path, vocabulary: Vocabulary) -> Literal["openvino", "llamacpp"]:
    """Return the backend to use: OpenVINO on x86-64 processors where it can read the weights, else llama.cpp.

    Raises:
        OperatorError: OpenVINO was asked for and cannot read them.
    """
    if choice == "llamacpp":
        return "llamacpp"
    hindrance = _hindrance(weights, vocabulary)
    if choice == "openvino":
        if hindrance:
            raise OperatorError(
                f"OpenVINO cannot run {weights.name}: {hindrance}. Set engine.backend to llamacpp."
            )
        return "openvino"
    if platform.machine().lower() not in {"x86_64", "amd64"} or hindrance:
        return "llamacpp"
    return "openvino" if importlib.util.find_spec("openvino_genai") else "llamacpp"


def _hindrance(weights: Path, vocabulary: Vocabulary) -> str | None:
    if vocabulary.architecture not in _OPENVINO_ARCHITECTURES:
        return f"it does not know the architecture {vocabulary.architecture}"
    types = {tensor.type.name for tensor in read_header(weights).tensors} - _OPENVINO_TYPES
    return f"it cannot read weights of the type {', '.join(sorted(types))}" if types else None


def threads_for(asked: int) -> int:
    """Return how many threads to use: as asked, or one fewer than this process may use, at least one.

    With a thread for each core, one other busy process makes all of them wait for the one that has no core.
    """
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return asked or max(1, available - 1)


async def _open_openvino(loading: Loading, vocabulary: Vocabulary) -> Backend:
    if loading.context_tokens > vocabulary.context_tokens:
        raise OperatorError(
            f"The model was trained for {vocabulary.context_tokens} tokens. More (engine.context_tokens = "
            f"{loading.context_tokens}) needs YaRN, which engine.backend = llamacpp has."
        )
    wanted = loading.context_tokens or vocabulary.context_tokens
    # As 8-bit numbers with their scales: a key takes 16 bytes more than it has numbers, a value 8 (measured).
    token_bytes = vocabulary.layers * vocabulary.kv_heads * (2 * vocabulary.head_size + 24)
    held = _cache_tokens(loading, wanted + loading.running * _BLOCK_TOKENS, token_bytes)
    info = _info(loading, vocabulary, "openvino", min(wanted, held - _BLOCK_TOKENS))
    order: dict[str, Any] = {
        "kv_blocks": held // _BLOCK_TOKENS,
        "running": loading.running,
        "threads": info.threads,
        "context_tokens": info.context_tokens,
        "eos": vocabulary.eos,
        "control_tokens": vocabulary.control_tokens,
    }
    place = place_of(loading.weights, loading.conversions)
    await converted(loading.weights, place, _convert)
    order["model"] = str(place)
    try:
        return await SteppedBackend.start(OPENVINO, order, asdict(info))
    except OperatorError:
        logger.warning("conversion_broken", place=place.name)
        discard(place)
        await converted(loading.weights, place, _convert)
        return await SteppedBackend.start(OPENVINO, order, asdict(info))


async def _convert(weights: Path) -> None:
    worker, _ = await Worker.start(OPENVINO, {"convert": str(weights)}, on_message=lambda _: None)
    await worker.close()


async def _open_llamacpp(loading: Loading, vocabulary: Vocabulary) -> Backend:
    wanted = loading.context_tokens or vocabulary.context_tokens
    token_bytes = vocabulary.layers * vocabulary.kv_heads * vocabulary.head_size * 4
    held = _cache_tokens(loading, wanted, token_bytes)
    info = _info(loading, vocabulary, "llamacpp", min(wanted, held), kv_cache_bytes=held * token_bytes)
    order: dict[str, Any] = {
        "model": str(loading.weights),
        "cache_tokens": held,
        "context_tokens": info.context_tokens,
        "trained_tokens": vocabulary.context_tokens,
        "running": loading.running,
        "threads": info.threads,
    }
    return await LlamaServerBackend.start(LLAMACPP, order, info)


def _cache_tokens(loading: Loading, wanted: int, token_bytes: int) -> int:
    """Return for how many tokens to keep keys and values: the whole context, within a quarter of the memory."""
    if loading.kv_cache_bytes:
        held = loading.kv_cache_bytes // token_bytes
    else:
        held = min(wanted, psutil.virtual_memory().total // 4 // token_bytes)
    return max(held, 2 * _BLOCK_TOKENS) // _BLOCK_TOKENS * _BLOCK_TOKENS


def _info(
    loading: Loading, vocabulary: Vocabulary, backend: str, context_tokens: int, kv_cache_bytes: int = 0
) -> BackendInfo:
    return BackendInfo(
        backend=backend,
        context_tokens=context_tokens,
        chat_template=vocabulary.chat_template,
        bos=vocabulary.bos,
        eos=tuple(vocabulary.eos),
        control_tokens=vocabulary.control_tokens,
        threads=threads_for(loading.threads),
        kv_cache_bytes=kv_cache_bytes,
    )
