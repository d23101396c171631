"""An embedder that remembers the vectors of texts which come again: sentences of popular passages."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dragoman.embeddings.base import Embedder

# Some 6 MB, and more sentences than the popular passages of a shop have.
_MOST = 4096


class RememberingEmbedder:
    """See `Embedder`; what was embedded as a passage is not embedded again, questions always are.

    Args:
        embedder: makes the vectors.
        most: how many are kept; of more, the longest unused go.
    """

    def __init__(self, embedder: Embedder, *, most: int = _MOST) -> None:
        self._embedder = embedder
        self._most = most
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self.max_tokens = embedder.max_tokens

    async def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.queries`."""
        return await self._embedder.queries(texts)

    async def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.passages`."""
        found = {text: self._known[text] for text in texts if text in self._known}
        if new := [text for text in dict.fromkeys(texts) if text not in found]:
            found.update(zip(new, await self._embedder.passages(new), strict=True))
        self._remember(found)
        return (
            np.stack([found[text] for text in texts]) if texts else np.empty((0, self.dimensions), np.float32)
        )

    async def count_tokens(self, text: str) -> int:
        """See `Embedder.count_tokens`."""
        return await self._embedder.count_tokens(text)

    async def close(self) -> None:
        """See `Embedder.close`."""
        await self._embedder.close()

    def _remember(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        for text, vector in vectors.items():
            self._known[text] = vector
            self._known.move_to_end(text)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
