import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from dragoman.supervisor.child import Child, Plan

# What every little process begins with: the lifeline of the real ones.
HEAD = (
    "import os, signal, sys, time\nfrom dragoman.supervisor.lifeline import hold\nline = hold(patience=5)\n"
)


@dataclass
class Heard:
    """A display that keeps what it is told."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    steps: list[tuple[str, int, int]] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    ends: list[tuple[str, str, float]] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)

    def say(self, process: str, line: str) -> None:
        self.lines.append((process, line))

    def progress(self, process: str, label: str, done: int, total: int) -> None:
        self.steps.append((label, done, total))

    def output(self, process: str, line: str) -> None:
        self.logs.append(line)

    def ended(self, process: str, why: str, again_in: float) -> None:
        self.ends.append((process, why, again_in))

    def back(self, process: str, after: float) -> None:
        self.returns.append(process)

    def box(self, title: str, rows: Mapping[str, str]) -> None:
        self.lines.append((title, str(dict(rows))))

    def close(self) -> None:
        pass


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def child(heard: Heard) -> AsyncIterator[Callable[..., Child]]:
    """Make children that run a few lines of Python, and leave none behind."""
    made: list[Child] = []

    def make(program: str, **plan: Any) -> Child:
        command = (sys.executable, "-c", HEAD + program)
        made.append(Child(Plan(**{"name": "little", "command": command, **plan}), heard))
        return made[-1]

    yield make
    for one in made:
        one.hasten()
        await one.stop()
