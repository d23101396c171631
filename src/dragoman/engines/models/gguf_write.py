"""The head of a new GGUF file, made from the head of another."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

from dragoman.engines.models.gguf_header import MAGIC, STRING, Header, Tensor

VERSION = 3
_UINT32 = 4


@dataclass(frozen=True, slots=True)
class Planned:
    """A tensor of the new file: its name, its type, and the tensor of the old file it is made from."""

    name: str
    type: GGMLQuantizationType
    source: Tensor

    @property
    def bytes(self) -> int:
        """Its size in the new file."""
        block, block_bytes = GGML_QUANT_SIZES[self.type]
        return self.source.elements // block * block_bytes


def padding(position: int, alignment: int) -> int:
    """Return how many bytes bring `position` to a multiple of `alignment`."""
    return -position % alignment


def head(header: Header, tensors: Sequence[Planned], changed: Mapping[str, str | int | None]) -> bytes:
    """Return the new file's bytes up to the weights.

    Metadata is copied byte for byte, tokenizer and chat template included, but for the keys of `changed`:
    those get the new value (a string, or a whole number that is kept in 32 bits), or go where it is None.
    """
    kept = [field for key, field in header.fields.items() if key not in changed]
    new = {key: value for key, value in changed.items() if value is not None}
    out = bytearray(MAGIC + struct.pack("<IQQ", VERSION, len(tensors), len(kept) + len(new)))
    with header.path.open("rb") as file:
        for field in kept:
            file.seek(field.start)
            out += file.read(field.end - field.start)
    for key, value in new.items():
        out += _field(key, value)
    out += b"".join(_entries(tensors, header.alignment))
    return bytes(out) + bytes(padding(len(out), header.alignment))


def _entries(tensors: Iterable[Planned], alignment: int) -> Iterable[bytes]:
    offset = 0
    for tensor in tensors:
        shape = tensor.source.shape
        yield _string(tensor.name) + struct.pack(
            f"<I{len(shape)}QIQ", len(shape), *shape, tensor.type, offset
        )
        offset += tensor.bytes + padding(tensor.bytes, alignment)


def _field(key: str, value: str | int) -> bytes:
    if isinstance(value, str):
        return _string(key) + struct.pack("<I", STRING) + _string(value)
    return _string(key) + struct.pack("<II", _UINT32, value)


def _string(text: str) -> bytes:
    raw = text.encode("utf-8")
    return struct.pack("<Q", len(raw)) + raw
