"""Bring the weights of any GGUF file to F16, Q8_0 or Q4_0.

Which tensor gets which type follows llama.cpp's `llama-quantize`: vectors and norms stay as they are, rows
that do not divide into blocks become F16, and beside 4-bit weights the matrix that writes the next token
keeps 8 bits, since its errors reach every token directly.

Where input and output embedding are one matrix that the file holds twice (the model ties them, but the file
was cut at two finenesses), the finer copy is kept for both. Both backends take the input embedding for the
output where a file has no `output.weight`.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType, LlamaFileType
from gguf.quants import dequantize
from gguf.quants import quantize as pack
from numpy.typing import NDArray

from dragoman.engines.models.base import Progress, Quantization, Say, unheard
from dragoman.engines.models.disk import local_faults, locked, megabytes, put_in_place, require_space
from dragoman.engines.models.gguf_header import Header, Tensor, read_header
from dragoman.engines.models.gguf_write import Planned, head, padding
from dragoman.nouns.errors import OperatorError

F32, F16, Q8_0, Q4_0 = (
    GGMLQuantizationType.F32,
    GGMLQuantizationType.F16,
    GGMLQuantizationType.Q8_0,
    GGMLQuantizationType.Q4_0,
)
_TYPES: Mapping[Quantization, GGMLQuantizationType] = {"f16": F16, "q8_0": Q8_0, "q4_0": Q4_0}
_FILE_TYPES: Mapping[Quantization, LlamaFileType] = {
    "f16": LlamaFileType.MOSTLY_F16,
    "q8_0": LlamaFileType.MOSTLY_Q8_0,
    "q4_0": LlamaFileType.MOSTLY_Q4_0,
}
QUANTIZATION_VERSION = 2
"""Of ggml's block layouts (`GGML_QNT_VERSION`)."""

INPUT, OUTPUT = "token_embd.weight", "output.weight"
# Matrices that llama.cpp never quantizes: they are small, and a routing or position decision hangs on them.
_KEPT_FINE = ("_norm.weight", "ffn_gate_inp.weight", "position_embd.weight", "token_types.weight")

CHUNK_ELEMENTS = 1 << 21
"""Numbers worked on at once: 8 MB as floats, so that the whole work stays far below the size of the model."""

# Coarse steps of the coarsest common type (Q2_K, 2 bits) still leave rows of one matrix this alike; rows of
# two different matrices are near 0.
_SAME_MATRIX_COSINE = 0.9
_COMPARED_ROWS = 256


@dataclass(frozen=True, slots=True)
class Quantized:
    """What was made. Sizes in bytes; `sha256` is of the new file."""

    path: Path
    quantization: Quantization
    bytes_before: int
    bytes_after: int
    sha256: str


def quantize(
    source: Path,
    target: Path,
    quantization: Quantization,
    *,
    label: Mapping[str, str] | None = None,
    progress: Progress = unheard,
    say: Say = unheard,
) -> Quantized:
    """Write the weights of `source` as `quantization` to `target`, which is replaced when the work is done.

    Args:
        label: metadata to set in the new file, such as `general.license` where the old one has none.
        progress: told bytes of the new file.

    Raises:
        OperatorError: the source is no whole GGUF file, is one part of several, holds a type that cannot
            be read or numbers that are not finite, or is of the wanted type already; or the disk is full.
    """
    header = read_header(source)
    planned = plan(header, quantization)
    start = head(header, planned, {**(label or {}), **_marks(header, quantization)})
    total = len(start) + sum(tensor.bytes + padding(tensor.bytes, header.alignment) for tensor in planned)
    part = target.with_name(f".{target.name}.part")
    with locked(target.with_name(f".{target.name}.lock")), local_faults(target):
        require_space(target.parent, total)
        try:
            digest = _write(header, planned, start, part, _telling(progress, target.name, total))
            put_in_place(part, target)
        finally:
            part.unlink(missing_ok=True)
    say(f"{target.name}: {megabytes(header.file_bytes)} became {megabytes(total)}")
    return Quantized(target, quantization, header.file_bytes, total, digest)


def plan(header: Header, quantization: Quantization) -> list[Planned]:
    """Decide each tensor's type in the new file, in the order of the old one.

    Raises:
        OperatorError: nothing would change, or this file cannot be worked on.
    """
    _refuse_unreadable(header)
    tensors = {tensor.name: tensor for tensor in header.tensors}
    finer = _finer_of_tied(header, tensors)
    planned: list[Planned] = []
    for tensor in header.tensors:
        if finer is not None and tensor.name == OUTPUT:
            continue
        source = finer if finer is not None and tensor.name == INPUT else tensor
        tied = finer is not None or OUTPUT not in tensors
        planned.append(Planned(tensor.name, _type_for(tensor, quantization, tied=tied), source))
    if len(planned) == len(tensors) and all(each.type == each.source.type for each in planned):
        raise OperatorError(f"{header.path} is {quantization} already: there is nothing to do")
    return planned


def _type_for(tensor: Tensor, quantization: Quantization, *, tied: bool) -> GGMLQuantizationType:
    if len(tensor.shape) < 2 or not tensor.name.endswith("weight") or tensor.name.endswith(_KEPT_FINE):
        return tensor.type if tensor.type in (F32, F16) else F32
    wanted = _TYPES[quantization]
    writes_tokens = tensor.name == (INPUT if tied else OUTPUT)
    if wanted == Q4_0 and writes_tokens:
        wanted = Q8_0
    return F16 if tensor.shape[0] % GGML_QUANT_SIZES[wanted][0] else wanted


def _refuse_unreadable(header: Header) -> None:
    parts = header.number("split.count") or 1
    if parts > 1:
        raise OperatorError(
            f"{header.path} is one of {parts} parts of a model: join them first (llama-gguf-split --merge)"
        )
    if not header.tensors:
        raise OperatorError(f"{header.path} holds no weights: give a model's GGUF file")
    for kind in {tensor.type for tensor in header.tensors}:
        try:
            dequantize(np.zeros(GGML_QUANT_SIZES[kind][1], np.uint8), kind)
        except NotImplementedError as error:
            raise OperatorError(
                f"{header.path} holds weights of type {kind.name}, which cannot be read here: give another file"
            ) from error


def _marks(header: Header, quantization: Quantization) -> dict[str, int | None]:
    """Metadata that tells the type, and what is no longer true of the new file, to be left out."""
    stale: dict[str, int | None] = {key: None for key in header.fields if key.startswith("quantize.imatrix.")}
    version = None if quantization == "f16" else QUANTIZATION_VERSION
    return {
        **stale,
        "general.file_type": int(_FILE_TYPES[quantization]),
        "general.quantization_version": version,
    }


def _finer_of_tied(header: Header, tensors: Mapping[str, Tensor]) -> Tensor | None:
    """Return the finer of input and output embedding where they are the same matrix, otherwise None."""
    first, last = tensors.get(INPUT), tensors.get(OUTPUT)
    if first is None or last is None or first.shape != last.shape:
        return None
    with header.path.open("rb") as file:
        if not _alike(_some_rows(file, first), _some_rows(file, last)):
            return None
    return first if first.bytes > last.bytes else last


def _some_rows(file: BinaryIO, tensor: Tensor) -> NDArray[np.float32]:
    """Read rows spread over the whole matrix."""
    rows = tensor.elements // tensor.shape[0]
    row_bytes = tensor.bytes // rows
    read: list[NDArray[np.float32]] = []
    for row in np.linspace(0, rows - 1, min(rows, _COMPARED_ROWS), dtype=int):
        file.seek(tensor.start + int(row) * row_bytes)
        read.append(_floats(file.read(row_bytes), tensor.type))
    return np.stack(read)


def _alike(first: NDArray[np.float32], last: NDArray[np.float32]) -> bool:
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(last, axis=1)
    cosines = (first * last).sum(axis=1)[norms > 0] / norms[norms > 0]
    return bool(cosines.size and cosines.min() > _SAME_MATRIX_COSINE)


def _telling(progress: Progress, name: str, total: int) -> Callable[[int], None]:
    done = 0

    def told(more: int) -> None:
        nonlocal done
        done += more
        progress(f"quantizing to {name}", done, total)

    return told


def _write(
    header: Header, planned: list[Planned], start: bytes, part: Path, told: Callable[[int], None]
) -> str:
    """Write the new file to `part`; return its SHA-256."""
    digest = hashlib.sha256()
    with header.path.open("rb") as source, part.open("wb") as out:
        for piece in _pieces(header, planned, start, source):
            out.write(piece)
            digest.update(piece)
            told(len(piece))
    return digest.hexdigest()


def _pieces(header: Header, planned: list[Planned], start: bytes, source: BinaryIO) -> Iterator[bytes]:
    yield start
    for tensor in planned:
        try:
            yield from _converted(source, tensor)
        except ValueError as error:
            raise OperatorError(
                f"{header.path} is damaged: tensor {tensor.name!r} {error}; fetch it again"
            ) from error
        yield bytes(padding(tensor.bytes, header.alignment))


def _converted(file: BinaryIO, planned: Planned) -> Iterator[bytes]:
    """Yield the tensor in its new type, some whole rows at a time. Raises ValueError for what is not finite."""
    tensor = planned.source
    row = tensor.shape[0]
    rows = tensor.elements // row
    row_bytes = tensor.bytes // rows
    at_once = max(1, CHUNK_ELEMENTS // row)
    file.seek(tensor.start)
    for first in range(0, rows, at_once):
        raw = file.read(min(at_once, rows - first) * row_bytes)
        if planned.type == tensor.type:
            yield raw
            continue
        values = _floats(raw, tensor.type)
        if not math.isfinite(float(np.abs(values).max())):
            raise ValueError("holds numbers that are not finite")
        yield _packed(values.reshape(-1, row), planned.type).tobytes()


def _floats(raw: bytes, kind: GGMLQuantizationType) -> NDArray[np.float32]:
    return dequantize(np.frombuffer(raw, np.uint8), kind).astype(np.float32, copy=False).reshape(-1)


def _packed(values: NDArray[np.float32], kind: GGMLQuantizationType) -> NDArray[Any]:
    if kind == F16:
        limit = np.finfo(np.float16).max
        values = values.clip(-limit, limit)
    return pack(values, kind)
