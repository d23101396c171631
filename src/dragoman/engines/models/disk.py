"""Files that are either whole or not there: locks, room on the disk, sums, and putting in place."""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

from dragoman.engines.models.base import Progress
from dragoman.nouns.errors import OperatorError

CHUNK_BYTES = 1 << 20
SPARE_BYTES = 64 << 20
"""Left free beyond what a file needs: a disk that is full to the last byte stops the database too."""

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextlib.contextmanager
def local_faults(path: Path) -> Generator[None]:
    """Turn what the file system refuses at `path` into one line that says what to do (`OperatorError`)."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            raise OperatorError(_full(path, None)) from error
        if error.errno in _FORBIDDEN:
            raise OperatorError(
                f"{path} cannot be written: give this user the right to, or choose another --home"
            ) from error
        raise OperatorError(f"{path} cannot be read or written: {error.strerror or error}") from error


def require_space(folder: Path, needed: int) -> None:
    """Refuse, before anything is begun, what does not fit: `needed` bytes and a little to spare.

    Raises:
        OperatorError: there is less room on the disk of `folder`.
    """
    if shutil.disk_usage(folder).free < needed + SPARE_BYTES:
        raise OperatorError(_full(folder, needed))


def _full(path: Path, needed: int | None) -> str:
    folder = path if path.is_dir() else path.parent
    free = megabytes(shutil.disk_usage(folder).free)
    wanted = f"{megabytes(needed + SPARE_BYTES)} are needed and " if needed is not None else ""
    return f"the disk of {folder} is full: {wanted}{free} are free; free some room, or choose another --home"


def megabytes(size: int) -> str:
    """Write a size in bytes as people read it: `675.7 MB`."""
    return f"{size / 1e6:,.1f} MB"


@contextlib.contextmanager
def locked(path: Path, *, while_waiting: Callable[[], None] | None = None) -> Generator[None]:
    """Hold the lock file `path` alone on this machine; it is let go when this process ends, however it ends.

    The lock file stays: removing it would let a third process lock a new one beside a waiting second.
    """
    with local_faults(path), path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if while_waiting is not None:
                while_waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def put_in_place(part: Path, target: Path) -> None:
    """Give the finished `part` its name, so that a crash of the machine leaves the old file or the new."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_whole(target: Path, text: str) -> None:
    """Write a small text file, whole or not at all."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        put_in_place(part, target)
    finally:
        part.unlink(missing_ok=True)


def sha256_of(path: Path, *, label: str, progress: Progress) -> str:
    """Return the file's SHA-256 in lower-case hexadecimal."""
    digest = hashlib.sha256()
    total = path.stat().st_size
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            progress(label, done, total)
    return digest.hexdigest()
