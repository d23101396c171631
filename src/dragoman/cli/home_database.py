"""The database of a home, for verbs that work on it directly: the one that runs, or one for as long as the verb takes."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dragoman.settings import Settings
    from dragoman.storage.embedded import EmbeddedPostgres

# How long a server that another process is just starting is waited for.
_PATIENCE_SECONDS = 30.0


@contextmanager
def home_database(home: Path, settings: "Settings") -> Generator[str]:
    """Give the URL of the home's database: `database.url`, else the server that runs there, else one of our own.

    Raises:
        OperatorError: it cannot be run or reached; the message says why.
    """
    from dragoman.storage.embedded import EmbeddedPostgres, running_url

    if settings.database.url is not None:
        yield settings.database.url.get_secret_value()
        return
    if (url := running_url(home)) is not None:
        yield url
        return
    server = EmbeddedPostgres(home)
    try:
        yield _start(server, home)
    finally:
        server.stop()


def _start(server: "EmbeddedPostgres", home: Path) -> str:
    """Start it; where another process was about to, that one's is taken."""
    from dragoman.storage.embedded import HomeTakenError, running_url

    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return server.start()
        except HomeTakenError:
            if (url := running_url(home)) is not None:
                return url
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
