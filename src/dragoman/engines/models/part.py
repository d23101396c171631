"""A file that is still coming: its bytes so far, their running sum, and what it is to become."""

import hashlib
import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from dragoman.engines.models.base import Progress
from dragoman.engines.models.catalogue import HubFile
from dragoman.engines.models.disk import CHUNK_BYTES, DISK_FULL


class Part:
    """The `.part` file beside `target`, open for writing at its end, and the small state file beside it."""

    def __init__(self, target: Path, wanted: HubFile) -> None:
        self.path = target.with_name(f".{target.name}.part")
        self._state = target.with_name(f".{target.name}.part.json")
        self.expected = wanted.bytes
        self.bytes = 0
        self._wanted = wanted
        self._digest = hashlib.sha256()
        self._hub: str | None = None
        self._validator: str | None = None
        self._file: BinaryIO

    @classmethod
    @contextmanager
    def opened(cls, target: Path, wanted: HubFile, progress: Progress) -> Generator["Part"]:
        """Open the part, with what came before where that belongs to the same file; a full disk removes it."""
        part = cls(target, wanted)
        part._take_up_state()
        try:
            with part.path.open("a+b") as part._file:
                part._take_up_bytes(progress)
                yield part
        except OSError as error:
            if error.errno in DISK_FULL:
                part.forget()
            raise

    @property
    def missing(self) -> int:
        """How many bytes are still to come."""
        return max(0, self.expected - self.bytes)

    def write(self, piece: bytes) -> None:
        """Add bytes. What goes beyond the file's size is counted and summed as well, so that the sum tells."""
        self._file.write(piece)
        self._digest.update(piece)
        self.bytes += len(piece)

    def restart(self, hub: str, validator: str | None) -> None:
        """Begin anew with bytes of `hub`; `validator` is the strong ETag under which it sends them."""
        self._file.truncate(0)
        self.bytes = 0
        self._digest = hashlib.sha256()
        self._hub, self._validator = hub, validator
        state = {"sha256": self._wanted.sha256, "hub": hub, "validator": validator}
        self._state.write_text(json.dumps(state), encoding="utf-8")

    def validator_of(self, hub: str) -> str | None:
        """Return the ETag under which `hub` began to send this part, if it was this hub and it gave one."""
        return self._validator if hub == self._hub else None

    def sha256(self) -> str:
        """Return the sum of all bytes, written out to the file."""
        self._file.flush()
        return self._digest.hexdigest()

    def forget(self) -> None:
        """Remove the part, where it still has this name, and its state."""
        self.path.unlink(missing_ok=True)
        self._state.unlink(missing_ok=True)

    def _take_up_state(self) -> None:
        """Read the state; a part without one, or of another file, is of no use."""
        try:
            state: dict[str, Any] = json.loads(self._state.read_text(encoding="utf-8"))
            usable = state["sha256"] == self._wanted.sha256 and self.path.stat().st_size <= self.expected
            self._hub, self._validator = state["hub"], state["validator"]
        except (OSError, ValueError, KeyError, TypeError):
            usable = False
        if not usable:
            self.forget()

    def _take_up_bytes(self, progress: Progress) -> None:
        self._file.seek(0)
        while piece := self._file.read(CHUNK_BYTES):
            self._digest.update(piece)
            self.bytes += len(piece)
            progress(f"checking what came before of {self._wanted.name}", self.bytes, self.expected)
