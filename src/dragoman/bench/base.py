"""The nouns of the bench: scenarios, their cases and sides, and what one run of a side gives."""

import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from dragoman.evaluation.throwaway import Surroundings
from dragoman.supervisor.child import Listener

Point = tuple[float, float]

WARM_UP = -1
"""The number of the turn that is thrown away."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of one side.

    Attributes:
        number: the round, from 0; `WARM_UP` for the one that is thrown away.
        seed: the same for all sides of a round and another in every round, to make prompts from.
        quick: whether little work is enough, since only the workings are looked at.
    """

    number: int
    seed: int
    quick: bool

    def apart(self, side: str) -> "Turn":
        """Return it with a seed of this side's own: for sides on one subject, which would know the prompts again."""
        return replace(self, seed=zlib.crc32(f"{self.seed} {side}".encode()))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of one side gave.

    Attributes:
        figures: by the names of `measures.MEASURES`.
        series: curves by the names of `measures.SERIES`.
        notes: what a reader must know of this run, in English.
    """

    figures: Mapping[str, float]
    series: Mapping[str, Sequence[Point]] = field(default_factory=dict[str, Sequence[Point]])
    notes: Sequence[str] = ()


Measuring = Callable[[Turn], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of load, measured on all sides in turns.

    Attributes:
        sides: in the order of their turns.
        compare: pairs of sides whose figures are divided, the first by the second.
        most_runs: the most runs that make sense, or None.
        warm_up: whether each side has a run before that is thrown away.
        limit_seconds: the longest that a single run may take.
    """

    name: str
    title: str
    sides: Mapping[str, Measuring]
    compare: Sequence[tuple[str, str]] = ()
    most_runs: int | None = None
    warm_up: bool = True
    limit_seconds: float = 900.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A scenario that has been opened.

    Attributes:
        facts: what each side is, for readers: model, settings, versions. No paths, no names of hosts.
    """

    cases: Sequence[Case]
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])


@dataclass(frozen=True, slots=True)
class Aim:
    """A bound that a median is to reach.

    Attributes:
        side: whose figure; with `against` the median of the quotient of the two counts.
        at_least, at_most: the bound, one of the two.
    """

    case: str
    measure: str
    side: str
    against: str | None = None
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What scenarios are given by the command line.

    Attributes:
        home: the owner's home; what is started on the owner's weights is started from it.
        find_weights: returns the GGUF file that both ours and others load, fetching it where it is not there; it
            blocks for as long.
        surroundings: for a whole desk in a home that is thrown away, by `evaluation.throwaway.running`.
        engine_url: an engine to measure instead of one of our own, `http://host:port/v1`.
        engine_key: its key.
        peers: further OpenAI-compatible servers by the names that the operator gave them.
        llama_server: llama.cpp's server as a program, to measure beside the one in the wheel.
        runs: how often each side is measured.
        quick: whether little work is enough.
        seed: which prompts and customers are drawn; the same ones again with the same seed.
        listener: hears of what is being started.
    """

    home: Path
    surroundings: Surroundings
    find_weights: Callable[[], Path]
    listener: Listener
    engine_url: str | None = None
    engine_key: str | None = None
    peers: Mapping[str, str] = field(default_factory=dict[str, str])
    llama_server: Path | None = None
    runs: int = 5
    quick: bool = False
    seed: int = 0


class Scenario(Protocol):
    """One question put to the machine. How to write one: see the docstring of `dragoman.bench`."""

    @property
    def name(self) -> str:
        """What the command line and the report call it."""
        ...

    @property
    def title(self) -> str:
        """What is asked, in one line."""
        ...

    @property
    def aims(self) -> Sequence[Aim]:
        """What it is to reach."""
        ...

    def open(self, given: Given) -> AbstractAsyncContextManager[Stage]:
        """Start what is measured; leaving the context stops it.

        Raises:
            OperatorError: something that is needed is not there or does not start.
        """
        ...
