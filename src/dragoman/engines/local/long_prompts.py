"""Long prompts are read in pieces, so that a short one need not wait until the whole of a long one is read.

The pipeline reads prompts in the order in which they came, each to its end. A piece is a request of its own for the
prompt's beginning; what it computed stays in the prefix cache, where the next piece finds it. Whatever came meanwhile
stands between the two (measured in docs/decisions/0015-the-engines-speed.md).
"""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Prompts remembered to tell how much of a new one the prefix cache holds. Where it has dropped one of them meanwhile,
# a piece is read as what it is, a longer prompt.
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Piece:
    """The beginning of a request's prompt, to be read now; the last one is the whole of it.

    Attributes:
        id: of the request.
    """

    id: int
    tokens: list[int]
    last: bool


class LongPrompts:
    """The long prompts that wait, in the order in which they came; one is read at a time.

    Several at once would push each other's beginnings out of a cache that cannot hold them all.

    Args:
        piece: how many tokens are read in one piece; a multiple of `block`.
        block: how many tokens the prefix cache keeps together.
    """

    def __init__(self, *, piece: int, block: int) -> None:
        self._piece = piece
        self._block = block
        self._line: OrderedDict[int, list[int]] = OrderedDict()
        self._read = 0
        self._remembered: deque[NDArray[np.int64]] = deque(maxlen=_REMEMBERED)

    def __len__(self) -> int:
        """Return how many wait, the one that is being read among them."""
        return len(self._line)

    def is_long(self, tokens: Sequence[int]) -> bool:
        """Tell whether more than two pieces of a prompt have to be read."""
        return len(tokens) > 2 * self._piece and len(tokens) - self._known(tokens) > 2 * self._piece

    def add(self, id: int, tokens: list[int]) -> None:
        """Take a long prompt into the line."""
        self._line[id] = tokens

    def drop(self, id: int) -> bool:
        """Take a prompt out of the line; return whether its turn had begun."""
        first = next(iter(self._line), None) == id
        self._line.pop(id, None)
        if first:
            self._read = 0
        return first

    def remember(self, tokens: Sequence[int]) -> None:
        """Remember a prompt that is read now to its end, for others that begin like it."""
        if len(tokens) > self._piece:
            self._remembered.append(np.array(tokens))

    def next(self) -> Piece | None:
        """Return what to read now that the last piece has been read; None when nothing waits."""
        if not self._line:
            return None
        number, tokens = next(iter(self._line.items()))
        read = self._read or self._known(tokens)
        if len(tokens) - read <= 2 * self._piece:
            self.drop(number)
            self.remember(tokens)
            return Piece(number, tokens, last=True)
        self._read = (read + self._piece) // self._block * self._block
        return Piece(number, tokens[: self._read], last=False)

    def _known(self, tokens: Sequence[int]) -> int:
        """Return how many tokens of a prompt's beginning an earlier prompt had too."""
        prompt = np.array(tokens)
        return max((_shared(prompt, earlier) for earlier in self._remembered), default=0)


def _shared(one: NDArray[np.int64], other: NDArray[np.int64]) -> int:
    length = min(len(one), len(other))
    differing = np.flatnonzero(one[:length] != other[:length])
    return int(differing[0]) if len(differing) else length
