"""The head of a GGUF file: its metadata and where its tensors lie, without touching the weights.

Written here, and not taken from the `gguf` package, for three reasons: the package's reader builds an array
object for every one of some 450,000 strings of a tokenizer (seconds, and hundreds of MB); it trusts the
counts it reads, so that a broken file can make it allocate without end; and copying metadata byte for byte
needs to know where each entry stands. The format: `docs/gguf.md` of the ggml project, versions 2 and 3.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

from dragoman.nouns.errors import OperatorError

MAGIC = b"GGUF"
VERSIONS = (2, 3)
DEFAULT_ALIGNMENT = 32

# Far above what any model has, far below what would keep a machine busy.
MAX_FIELDS = 65_536
MAX_TENSORS = 262_144
MAX_STRINGS = 16_000_000
MAX_STRING_BYTES = 16 << 20
MAX_NAME_BYTES = 65_535
MAX_DIMENSIONS = 4

STRING, ARRAY, BOOL = 8, 9, 7
SCALARS: Mapping[int, str] = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
"""The metadata's value types by number, and how each is packed."""

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """An array in the metadata: what its items are, and how many there are."""

    item_type: int
    length: int


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of the metadata, and the bytes of the file, from `start` up to `end`, that hold it."""

    key: str
    value: Value | ArrayOf
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies. `shape` is in GGUF's order, the row's length first; `start` counts from the file's first byte."""

    name: str
    shape: tuple[int, ...]
    type: GGMLQuantizationType
    start: int
    bytes: int

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Header:
    """All that stands before the weights. `file_bytes` is the file's whole size."""

    path: Path
    version: int
    fields: Mapping[str, Field]
    tensors: tuple[Tensor, ...]
    alignment: int
    file_bytes: int

    def text(self, key: str) -> str | None:
        """Return a metadata string, or None where there is none of that name."""
        field = self.fields.get(key)
        return field.value if field is not None and isinstance(field.value, str) else None

    def number(self, key: str) -> int | None:
        """Return a whole number of the metadata, or None where there is none of that name."""
        field = self.fields.get(key)
        value = field.value if field is not None else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None


class _BrokenError(Exception):
    """Why the bytes cannot be a GGUF file, in words that complete "is not a whole GGUF file: ..."."""


def read_header(path: Path) -> Header:
    """Read the head of the GGUF file at `path`.

    Raises:
        OperatorError: there is no such file, it is not GGUF, it is broken, or its end is missing.
    """
    try:
        with path.open("rb", buffering=1 << 20) as file:
            return _Reader(path, file).header()
    except _BrokenError as error:
        raise OperatorError(
            f"{path} is not a whole GGUF file: {error}; fetch it again, or give another"
        ) from error
    except FileNotFoundError as error:
        raise OperatorError(f"there is no file {path}: check the path") from error
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror or error}") from error


class _Reader:
    """Walks through the head once, never further than the file reaches."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._at = 0
        self._bytes = path.stat().st_size
        self._strings_left = MAX_STRINGS

    def header(self) -> Header:
        version = self._version()
        tensor_count, field_count = self._unpack("<QQ")
        if field_count > MAX_FIELDS or tensor_count > MAX_TENSORS:
            raise _BrokenError(f"it claims {field_count:,} metadata entries and {tensor_count:,} tensors")
        fields = self._fields(field_count)
        alignment = self._alignment(fields)
        tensors = self._tensors(tensor_count, alignment)
        return Header(self._path, version, fields, tensors, alignment, self._bytes)

    def _version(self) -> int:
        if self._take(4) != MAGIC:
            raise _BrokenError("it does not begin with GGUF")
        (version,) = self._unpack("<I")
        if version not in VERSIONS:
            raise _BrokenError(
                f"its version is {version}, and {' and '.join(map(str, VERSIONS))} can be read here"
            )
        return version

    def _fields(self, count: int) -> dict[str, Field]:
        fields: dict[str, Field] = {}
        for _ in range(count):
            start = self._at
            key = self._string(MAX_NAME_BYTES)
            if key in fields:
                raise _BrokenError(f"its metadata has {key!r} twice")
            (kind,) = self._unpack("<I")
            value = self._array() if kind == ARRAY else self._value(kind)
            fields[key] = Field(key, value, start, self._at)
        return fields

    def _value(self, kind: int) -> Value:
        if kind == STRING:
            return self._string(MAX_STRING_BYTES)
        if kind not in SCALARS:
            raise _BrokenError(f"its metadata has a value of the unknown type {kind}")
        (value,) = self._unpack(SCALARS[kind])
        return value

    def _array(self) -> ArrayOf:
        kind, length = self._unpack("<IQ")
        if kind == STRING:
            self._skip_strings(length)
        elif kind in SCALARS:
            self._skip(length * struct.calcsize(SCALARS[kind]))
        else:
            raise _BrokenError(f"its metadata has an array of the unknown type {kind}")
        return ArrayOf(kind, length)

    def _skip_strings(self, length: int) -> None:
        # Each takes 8 bytes at least, so a length that the file cannot hold is refused before the walk.
        self._strings_left -= length
        if self._strings_left < 0 or length * 8 > self._bytes - self._at:
            raise _BrokenError(f"its metadata claims an array of {length:,} strings")
        read, unpack, at = self._file.read, struct.Struct("<Q").unpack, self._at
        try:
            for _ in range(length):
                (size,) = unpack(read(8))
                if size > MAX_STRING_BYTES or len(read(size)) < size:
                    raise _BrokenError("its metadata has a string that goes past its end")
                at += 8 + size
        except struct.error as error:
            raise _BrokenError("its end is missing") from error
        self._at = at

    def _alignment(self, fields: Mapping[str, Field]) -> int:
        field = fields.get("general.alignment")
        if field is None:
            return DEFAULT_ALIGNMENT
        value = field.value
        if not isinstance(value, int) or not 8 <= value <= 1 << 20 or value & (value - 1):
            raise _BrokenError(f"its alignment is {value}")
        return value

    def _tensors(self, count: int, alignment: int) -> tuple[Tensor, ...]:
        entries = [self._tensor_entry() for _ in range(count)]
        data = -(-self._at // alignment) * alignment
        names: set[str] = set()
        tensors: list[Tensor] = []
        for name, shape, kind, offset in entries:
            tensor = Tensor(name, shape, kind, data + offset, _bytes_of(name, shape, kind))
            if name in names:
                raise _BrokenError(f"it has two tensors called {name!r}")
            if offset % alignment:
                raise _BrokenError(f"tensor {name!r} does not lie at a multiple of {alignment} bytes")
            if tensor.start + tensor.bytes > self._bytes:
                raise _BrokenError(f"its end is missing (tensor {name!r} goes past it)")
            names.add(name)
            tensors.append(tensor)
        return tuple(tensors)

    def _tensor_entry(self) -> tuple[str, tuple[int, ...], GGMLQuantizationType, int]:
        name = self._string(MAX_NAME_BYTES)
        (dimensions,) = self._unpack("<I")
        if not 1 <= dimensions <= MAX_DIMENSIONS:
            raise _BrokenError(f"tensor {name!r} has {dimensions} dimensions")
        shape = self._unpack(f"<{dimensions}Q")
        kind, offset = self._unpack("<IQ")
        try:
            return name, shape, GGMLQuantizationType(kind), offset
        except ValueError as error:
            raise _BrokenError(f"tensor {name!r} has the unknown type {kind}") from error

    def _string(self, limit: int) -> str:
        (size,) = self._unpack("<Q")
        if size > limit:
            raise _BrokenError(f"it claims a string of {size:,} bytes")
        return self._take(size).decode("utf-8", errors="replace")

    def _unpack(self, form: str) -> tuple[int, ...]:
        return struct.unpack(form, self._take(struct.calcsize(form)))

    def _take(self, size: int) -> bytes:
        taken = self._file.read(size)
        if len(taken) < size:
            raise _BrokenError("its end is missing")
        self._at += size
        return taken

    def _skip(self, size: int) -> None:
        if size > self._bytes - self._at:
            raise _BrokenError("its metadata has an array that goes past its end")
        self._file.seek(size, 1)
        self._at += size


def _bytes_of(name: str, shape: tuple[int, ...], kind: GGMLQuantizationType) -> int:
    block, block_bytes = GGML_QUANT_SIZES[kind]
    if shape[0] % block:
        raise _BrokenError(f"tensor {name!r} has rows of {shape[0]}, which {kind.name} cannot hold")
    return math.prod(shape) // block * block_bytes
