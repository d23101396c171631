"""Which beginnings of prompts an engine has read lately, and so most likely still has in its prefix cache."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from dragoman.engines.base import ChatMessage, Sampling

BLOCK_CHARACTERS = 128
"""Some 30 tokens. Engines cache in blocks of 16 to 64 (vLLM's 16, OpenVINO's 32), so a finer grain would gain nothing."""
MAX_BLOCKS = 512
"""As much of a prompt as is looked at: 65,000 characters."""
REMEMBERED_BLOCKS = 4096
"""Of each engine: some 120,000 tokens, what a small engine's cache holds, and a few hundred kB here."""
BYTES_PER_TOKEN = 3
"""In the middle between Burmese (1.9) and Russian (5.3), see `conversation/history.py`: engines are compared with one another, so that the mean matters and not the worst."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is known of a request before it is sent.

    Attributes:
        tokens: about how many it will cost an engine at most, prompt and reply.
        blocks: a number for each beginning of the prompt: the first block, the first two, and so on.
    """

    tokens: int
    blocks: tuple[int, ...]


def ask_of(messages: Sequence[ChatMessage], sampling: Sampling) -> Ask:
    """Return what is known of a request."""
    text = "".join(f"{message.role}\n{message.content}\n" for message in messages)
    prompt = len(text.encode(errors="replace")) // BYTES_PER_TOKEN
    return Ask(prompt + sampling.max_tokens, tuple(_chained(text)))


def _chained(text: str) -> Iterator[int]:
    """Yield a number for each beginning made of whole blocks; Python's own hash does, it never leaves the process."""
    so_far = 0
    for start in range(
        0, min(len(text) - BLOCK_CHARACTERS + 1, MAX_BLOCKS * BLOCK_CHARACTERS), BLOCK_CHARACTERS
    ):
        so_far = hash((so_far, text[start : start + BLOCK_CHARACTERS]))
        yield so_far


class Warmth:
    """The beginnings that one engine has read, the latest of them."""

    def __init__(self) -> None:
        self._read: OrderedDict[int, None] = OrderedDict()

    def of(self, ask: Ask) -> int:
        """Return how many blocks of the prompt's beginning the engine has read."""
        return sum(1 for _ in takewhile(self._read.__contains__, ask.blocks))

    def add(self, ask: Ask) -> None:
        """Note that the engine has read this prompt."""
        # From the end: what is forgotten first is the end of a prompt, which is of use only with all before it.
        for block in reversed(ask.blocks):
            self._read[block] = None
            self._read.move_to_end(block)
        while len(self._read) > REMEMBERED_BLOCKS:
            self._read.popitem(last=False)

    def forget(self) -> None:
        """Take the cache for empty: the engine was away and has most likely been started anew."""
        self._read.clear()
