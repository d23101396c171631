"""How a process's start is told: to its supervisor, or to the operator who runs it by hand."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Protocol

from dragoman.nouns.errors import DragomanError
from dragoman.supervisor.display import Display, open_display
from dragoman.supervisor.lifeline import hold

# What a process ends with when the operator has to mend something; the same as for wrong use of the command line.
_STATUS = 2


class Teller(Protocol):
    """Whoever is told how a start goes on."""

    def progress(self, label: str, done: int, total: int, /) -> None:
        """How far a step is: `done` of `total` bytes (or whatever it counts)."""
        ...

    def say(self, line: str, /) -> None:
        """A line that the operator should read."""
        ...

    def ready(self, **facts: Any) -> None:
        """The process does its work now; `facts` are what others need to know."""
        ...


class _ByHand:
    """Tells the operator directly."""

    def __init__(self, process: str, display: Display) -> None:
        self._process = process
        self._display = display

    def progress(self, label: str, done: int, total: int, /) -> None:
        self._display.progress(self._process, label, done, total)

    def say(self, line: str, /) -> None:
        self._display.say(self._process, line)

    def ready(self, **facts: Any) -> None:
        rows = {name.capitalize(): str(value) for name, value in facts.items()}
        self._display.box(f"The {self._process} is ready", rows)


@contextmanager
def teller(process: str, *, supervised: bool, patience: float) -> Generator[Teller]:
    """Give a process somebody to tell its start to.

    Supervised, it also ends when its supervisor does, within `patience` seconds, and what the operator has to mend
    reaches the operator through the supervisor.
    """
    if not supervised:
        display = open_display(readable_logs=True)
        try:
            yield _ByHand(process, display)
        finally:
            display.close()
        return
    lifeline = hold(patience=patience)
    try:
        yield lifeline
    except DragomanError as error:
        lifeline.failed(str(error))
        sys.exit(_STATUS)
