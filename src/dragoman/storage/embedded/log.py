"""The server's log: a file of its own in the home, kept within bounds."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

# Bytes. Two files of this size at most; the server only writes what is out of the ordinary.
_LARGEST = 5_000_000


class ServerLog:
    """`<home>/log/postgres.log` and, once that is full, what came before it in `postgres.log.1`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "postgres.log"

    def open(self) -> BinaryIO:
        """Open the log to be handed to the server as its stderr, which works whomever it runs as."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.trim()
        return os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb", buffering=0)

    def trim(self) -> None:
        """Set a full log aside and go on with an empty one.

        The server holds the file open and appends to it, so its content is copied and cut, not renamed;
        a line written between the two is lost.
        """
        if self.path.exists() and self.path.stat().st_size > _LARGEST:
            shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
            os.truncate(self.path, 0)

    def complaint(self, since: int) -> str:
        """Return the server's last FATAL or PANIC line after byte `since`, or its last line, in short."""
        if not self.path.exists():
            return "it said nothing"
        with self.path.open("rb") as file:
            file.seek(since)
            lines = file.read().decode(errors="replace").splitlines()
        severe = [
            line for line in lines if "FATAL:" in line or "PANIC:" in line or line.startswith("initdb: error")
        ]
        last = (severe or [line for line in lines if line.strip()] or ["it said nothing"])[-1]
        return last.partition("FATAL:  ")[2] or last

    def size(self) -> int:
        """Return the log's present size in bytes."""
        return self.path.stat().st_size if self.path.exists() else 0
