"""What an embedder is: texts in, vectors out, so that what means the same lies close."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into vectors of length 1; their scalar product tells how alike two texts are."""

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        ...

    @property
    def max_tokens(self) -> int:
        """How many tokens the longest text has that it takes."""
        ...

    async def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of questions, (count, dimensions)."""
        ...

    async def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages that may answer them, (count, dimensions)."""
        ...

    async def count_tokens(self, text: str) -> int:
        """Return how many tokens it reads `text` as, those that mark its beginning, kind and end among them."""
        ...

    async def close(self) -> None:
        """Let go of the model."""
        ...
