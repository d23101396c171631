"""OpenVINO's own form of the weights, made once and kept beside them: a start of two seconds instead of twelve."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dragoman.engines.models.disk import local_faults, require_space
from dragoman.watching.logs import logger

FORMAT = 3
"""Counts up when what is written here changes."""

_MANIFEST = "manifest.json"
# Model, tokenizer and detokenizer, each as structure (.xml) and numbers (.bin).
_FILES = tuple(
    f"openvino_{part}.{kind}" for part in ("model", "tokenizer", "detokenizer") for kind in ("xml", "bin")
)
_LINK = "weights.gguf"
# None takes so long.
_ABANDONED_SECONDS = 1800
_EDGE_BYTES = 1 << 20

Convert = Callable[[Path], Awaitable[None]]
"""Writes `_FILES` beside the GGUF file it is given."""


def place_of(weights: Path, folder: Path | None = None) -> Path:
    """Return the folder in which the converted form of `weights` is kept: in `folder`, or beside them."""
    return (folder or weights.parent) / f"{weights.name}.openvino"


async def converted(weights: Path, place: Path, convert: Convert) -> None:
    """See to it that `place` holds the converted form of `weights`.

    A conversion that belongs to other weights or another version, or that is not whole, is made anew.

    Raises:
        OperatorError: it cannot be written there, or OpenVINO cannot read the weights.
    """
    if is_whole(place, weights):
        return
    logger.info("converting_weights", weights=weights.name)
    with local_faults(place):
        folder = _prepare(place, weights)
        try:
            await convert(folder / _LINK)
            _finish(folder, place, weights)
        finally:
            discard(folder)


def discard(place: Path) -> None:
    """Remove a conversion that is of no use."""
    shutil.rmtree(place, ignore_errors=True)


def is_whole(place: Path, weights: Path) -> bool:
    """Tell whether `place` holds the whole conversion of exactly these weights."""
    try:
        manifest = json.loads((place / _MANIFEST).read_text(encoding="utf-8"))
        return manifest == {**_identity(weights), "files": _sizes(place)}
    except (OSError, ValueError):
        return False


def _prepare(place: Path, weights: Path) -> Path:
    """Return a new folder beside `place` with a link to the weights: OpenVINO writes where it reads."""
    place.parent.mkdir(parents=True, exist_ok=True)
    _sweep(place)
    require_space(place.parent, weights.stat().st_size)
    folder = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    (folder / _LINK).symlink_to(weights.resolve())
    return folder


def _sweep(place: Path) -> None:
    """Remove what conversions left behind that were killed."""
    for folder in place.parent.glob(f".{place.name}.*"):
        if folder.is_dir() and time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS:
            discard(folder)


def _finish(folder: Path, place: Path, weights: Path) -> None:
    """Put a conversion in place, whole. Where another process has done so meanwhile, its own stays."""
    (folder / _LINK).unlink()
    manifest = {**_identity(weights), "files": _sizes(folder)}
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for file in folder.iterdir():
        with file.open("rb") as written:
            os.fsync(written.fileno())
    # mkdtemp's folder is its owner's alone; the weights beside it may be read by others.
    folder.chmod(0o755)
    if is_whole(place, weights):
        return
    discard(place)
    folder.rename(place)


def _sizes(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_size for name in _FILES}


def _identity(weights: Path) -> dict[str, Any]:
    """Return what a conversion depends on. Both ends of the file stand for all of it, which would take seconds to sum."""
    size = weights.stat().st_size
    digest = hashlib.sha256()
    with weights.open("rb") as file:
        digest.update(file.read(_EDGE_BYTES))
        file.seek(max(0, size - _EDGE_BYTES))
        digest.update(file.read(_EDGE_BYTES))
    return {
        "format": FORMAT,
        "openvino": f"{version('openvino')} {version('openvino-genai')} {version('openvino-tokenizers')}",
        "bytes": size,
        "modified": weights.stat().st_mtime_ns,
        "ends": digest.hexdigest(),
    }
