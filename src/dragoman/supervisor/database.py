"""The embedded database as a process: PostgreSQL is its child, and ends with it."""

import signal
import threading
from pathlib import Path
from types import FrameType

from dragoman.nouns.errors import OperatorError
from dragoman.storage.embedded import EmbeddedPostgres
from dragoman.supervisor.telling import Teller

# Seconds between looks at whether PostgreSQL lives; a killed one is noticed this soon.
_LOOK_SECONDS = 0.2


def run_database(home: Path, tell: Teller) -> None:
    """Run PostgreSQL in this home until SIGTERM or SIGINT.

    Raises:
        OperatorError: it does not start, or ended by itself.
    """
    told_to_stop = threading.Event()

    def hear(_number: int, _frame: FrameType | None) -> None:
        told_to_stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, hear)
    server = EmbeddedPostgres(home)
    try:
        tell.ready(url=server.start())
        while not told_to_stop.wait(_LOOK_SECONDS):
            if not server.alive():
                raise OperatorError(f"PostgreSQL ended by itself (more in {home / 'log' / 'postgres.log'}).")
    finally:
        server.stop()
