"""The `serve` that runs from a home, found without disturbing it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from dragoman.nouns.errors import OperatorError
from dragoman.settings import Settings, load

LOCK = "serve.lock"


@dataclass(frozen=True, slots=True)
class Running:
    """A `serve` at work.

    Attributes:
        pid: its process.
        settings: those that it runs by; as its desk was told them, where that can be read.
        local_engine: whether it runs an engine of its own.
    """

    pid: int
    settings: Settings
    local_engine: bool


def find_running(home: Path, settings: Settings) -> Running | None:
    """Return the `serve` of this home, or None.

    The home's lock is read and not tried: whoever tries it holds it for a moment, and a `serve` that starts in that
    moment would give up.
    """
    try:
        process = psutil.Process(int((home / LOCK).read_text(encoding="ascii").strip() or "0"))
        # The number may be another program's by now.
        if process.pid == 0 or "serve" not in process.cmdline() or not _is_dragoman(process):
            return None
    except (OSError, ValueError, psutil.Error):
        return None
    told = next(_told(home, process), None)
    if told is None:
        return Running(process.pid, settings, local_engine=not settings.engine.urls)
    return Running(process.pid, told, local_engine=_has_engine(process))


def _is_dragoman(process: psutil.Process) -> bool:
    return any("dragoman" in part for part in process.cmdline())


def _has_engine(serve: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return any("engine" in child.cmdline() for child in serve.children())
    return False


def _told(home: Path, serve: psutil.Process) -> Iterator[Settings]:
    """Yield what the desk of a `serve` was told in its environment, which only its own account can read."""
    with suppress(psutil.Error):
        for child in serve.children():
            with suppress(psutil.Error, OperatorError):
                if "desk" in child.cmdline():
                    yield load(home, environment=child.environ())
