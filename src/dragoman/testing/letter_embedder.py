"""An embedder without a model: texts that have letters in common lie close."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DIMENSIONS = 64


class LetterEmbedder:
    """A `dragoman.embeddings.base.Embedder` that counts triples of letters; `asked` is how many texts it was given."""

    def __init__(self, name: str = "letters") -> None:
        self.name = name
        self.dimensions = _DIMENSIONS
        self.max_tokens = 512
        self.asked = 0

    async def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of questions, (count, 64)."""
        return self._vectors(texts)

    async def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages, (count, 64)."""
        return self._vectors(texts)

    async def count_tokens(self, text: str) -> int:
        """Return the number of words."""
        return len(text.split()) + 2

    async def close(self) -> None:
        """Do nothing: there is no model."""

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += len(texts)
        return np.stack([_vector(text.lower()) for text in texts])


def _vector(text: str) -> NDArray[np.float32]:
    vector = np.full(_DIMENSIONS, 1e-3, np.float32)
    for start in range(len(text) - 2):
        place = hashlib.blake2s(text[start : start + 3].encode(), digest_size=2).digest()
        vector[int.from_bytes(place, "big") % _DIMENSIONS] += 1
    return (vector / np.linalg.norm(vector)).astype(np.float32)
