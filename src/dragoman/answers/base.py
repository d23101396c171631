"""What goes down the ladder, and what a rung gives back."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dragoman.engines.base import ChatMessage, Usage
from dragoman.nouns.message import Citation, Source


@dataclass(frozen=True, slots=True)
class Asked:
    """A customer's message by its words.

    Attributes:
        text: what the customer wrote, cleaned.
        language: the code of the language that the turn decided on.
        history: the conversation before it, cut to its budget; empty for a first question.
    """

    text: str
    language: str
    history: Sequence[ChatMessage] = field(default=())


@dataclass(frozen=True, slots=True)
class Question(Asked):
    """A customer's message by its words and its meaning.

    Attributes:
        vector: its meaning, (dimensions,), length 1, from `Embedder.queries`.
    """

    vector: NDArray[np.float32] = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rung says.

    Attributes:
        text: for the customer, checked.
        source: the rung.
        citations: what it stands on.
        model: the weights that wrote it, or None.
        reason: why this rung and no earlier one, in snake_case for logs and metrics (`no_passage`, `figure_unknown`).
        usage: what the model took, where one was asked.
    """

    text: str
    source: Source
    citations: tuple[Citation, ...] = ()
    model: str | None = None
    reason: str | None = None
    usage: Usage | None = None


Step = tuple[Citation, ...] | str | Answer
"""What a climb tells: the passages it stands on, text that has passed its checks, and last the answer."""


class Answering(Protocol):
    """Finds the answer to a message. The desk's own is `dragoman.answers.ladder.Ladder`."""

    def climb(self, text: str, language: str, history: Sequence[ChatMessage]) -> AsyncIterator[Step]:
        """Yield steps, the answer last and once.

        Args:
            text: what the customer wrote, cleaned.
            language: the code of the language to answer in.
            history: the conversation before it, cut to its budget.

        Raises:
            StorageUnavailableError: the knowledge cannot be reached.
        """
        ...
