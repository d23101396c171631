"""`/v1/embeddings`: texts to vectors, one request after the other."""

import numpy as np
from numpy.typing import NDArray

from dragoman.embeddings.base import Embedder
from dragoman.engines.local.errors import ApiError
from dragoman.engines.local.waiting import Line

QUERY, PASSAGE = "query: ", "passage: "
"""How texts say what they are to the E5 family (Wang et al. 2022). A text that says neither is taken for a passage."""


class Embeddings:
    """The embedder behind the API. Several threads are no faster, so one request is served at a time."""

    def __init__(self, embedder: Embedder, *, waiting: int) -> None:
        self._embedder = embedder
        self._line = Line(running=1, waiting=waiting)

    async def of(self, texts: list[str]) -> tuple[NDArray[np.float32], int]:
        """Return the vectors of `texts` (count, dimensions), and how many tokens were read.

        Raises:
            EngineBusyError: too many requests wait already.
            ApiError: a text is longer than the model reads; 400.
        """
        self._line.take(1)
        try:
            async with self._line.turn():
                return await self._embed(texts)
        finally:
            self._line.leave()

    async def _embed(self, texts: list[str]) -> tuple[NDArray[np.float32], int]:
        vectors: list[NDArray[np.float32]] = []
        tokens = 0
        # One by one: a client that goes away stops the work after the text at hand.
        for place, text in enumerate(texts):
            query = text.startswith(QUERY)
            plain = text.removeprefix(QUERY if query else PASSAGE)
            count = await self._embedder.count_tokens(plain)
            if count > self._embedder.max_tokens:
                raise _too_long(place, count, self._embedder.max_tokens)
            tokens += count
            embed = self._embedder.queries if query else self._embedder.passages
            vectors.extend(await embed([plain]))
        return np.stack(vectors), tokens


def _too_long(place: int, count: int, most: int) -> ApiError:
    message = f"The input has {count} tokens, and the embedder reads {most}. Cut it into parts."
    return ApiError(400, message, code="context_length_exceeded", param=f"input[{place}]")
