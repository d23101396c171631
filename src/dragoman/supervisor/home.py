"""The home folder, held by one `serve` at a time."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from dragoman.nouns.errors import OperatorError


@contextmanager
def held(home: Path) -> Generator[None]:
    """Make the folder where it is missing and keep other `serve`s out while inside.

    Raises:
        OperatorError: the folder cannot be used, or another `serve` uses it.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "serve.lock").open("a+", encoding="ascii")
    except OSError as error:
        raise OperatorError(
            f"The home folder {home} cannot be used ({error.strerror}): choose another with --home or DRAGOMAN_HOME."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read(20).strip()
            raise OperatorError(
                f"Process {holder or 'unknown'} already serves from {home}: stop it first, or choose another home "
                "with --home and other ports with --port and --engine-port."
            ) from None
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
