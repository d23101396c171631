"""A scenario whose figures are scripted, and what scenarios are given."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dragoman.bench.base import Aim, Case, Given, Outcome, Scenario, Stage, Turn


@dataclass
class Quiet:
    """Hears everything and says nothing: a `Listener` and a `Told`."""

    heard: list[tuple[str, str, int]] = field(default_factory=list)

    def say(self, process: str, line: str) -> None: ...

    def progress(self, process: str, label: str, done: int, total: int) -> None: ...

    def output(self, process: str, line: str) -> None: ...

    def opening(self, scenario: Scenario) -> None: ...

    def opened(self, scenario: Scenario, turns: int) -> None:
        self.turns = turns

    def turn(self, case: Case, side: str, turn: Turn) -> None:
        self.heard.append((case.name, side, turn.number))


def given(**different: Any) -> Given:
    """Return what a scenario is given that starts nothing."""
    around: Any = None
    values: dict[str, Any] = {
        "home": Path("/nowhere"),
        "surroundings": around,
        "find_weights": lambda: Path("/nowhere"),
        "listener": Quiet(),
        "runs": 3,
    }
    return Given(**{**values, **different})


class Side:
    """Gives scripted figures, the first for the warm-up."""

    def __init__(self, *figures: float, measure: str = "decode", failure: Exception | None = None) -> None:
        self.turns: list[Turn] = []
        self._figures = figures
        self._measure = measure
        self._failure = failure

    async def __call__(self, turn: Turn) -> Outcome:
        self.turns.append(turn)
        if len(self.turns) > len(self._figures) and self._failure:
            raise self._failure
        return Outcome({self._measure: self._figures[len(self.turns) - 1]}, notes=["scripted"])


@dataclass
class Scripted:
    """Yields given cases."""

    cases: Sequence[Case]
    name: str = "scripted"
    title: str = "Scripted"
    aims: Sequence[Aim] = ()
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    closed: bool = False

    @asynccontextmanager
    async def open(self, given: Given) -> AsyncGenerator[Stage]:
        try:
            yield Stage(self.cases, self.facts)
        finally:
            self.closed = True


def ours_and_theirs(ours: Sequence[float], theirs: Sequence[float], **different: Any) -> Case:
    """Return a case of two sides with these figures after their warm-ups."""
    sides = {"ours": Side(0, *ours), "theirs": Side(0, *theirs)}
    return Case("stream", "one stream", sides, [("ours", "theirs")], **different)
