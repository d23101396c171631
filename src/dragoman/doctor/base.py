"""What a check is given and what it finds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from dragoman.doctor.running import Running
from dragoman.settings import Settings


class State(StrEnum):
    """How a finding is meant."""

    OK = "ok"
    WARN = "warn"
    """It works, but not as it should, or not for long."""
    FAIL = "fail"
    """It does not work until somebody does something about it."""
    SKIP = "skip"
    """It could not be looked at now; the text says when it can."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: its name, for people and programs.
        state: how it is.
        text: what was found, and, unless it is `ok`, what to do, in one line.
        facts: the same for programs: numbers, sizes in bytes, times in seconds.
    """

    check: str
    state: State
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True)
class Case:
    """What is examined.

    Attributes:
        home: the folder in which everything lasts; it may not be there yet.
        settings: the home's; the defaults where they are wrong.
        wrong_settings: what is wrong with them, a line each.
        running: the `serve` that runs from this home, or None.
        full: whether to take the time to read the weights.
        embedder: the name of what makes the vectors, once its check has found that out.
        model: the name of the weights that answer, once the check of the engine has found that out.
    """

    home: Path
    settings: Settings
    wrong_settings: tuple[str, ...] = ()
    running: Running | None = None
    full: bool = False
    embedder: str | None = None
    model: str | None = None

    @property
    def live(self) -> Settings:
        """The settings that hold now: those of the running `serve`, which knows its command line, else the home's."""
        return self.running.settings if self.running is not None else self.settings

    @property
    def local_engine(self) -> bool:
        """Whether the engine is one that `serve` runs, or would."""
        return self.running.local_engine if self.running is not None else not self.settings.engine.urls


Check = Callable[[Case], Iterable[Finding]]
"""Looks at one subject. It changes nothing, starts nothing that stays, and ends nothing."""


def ok(check: str, text: str, **facts: Any) -> Finding:
    """Return a finding that is well."""
    return Finding(check, State.OK, text, facts)


def warn(check: str, text: str, **facts: Any) -> Finding:
    """Return a finding that somebody should look after."""
    return Finding(check, State.WARN, text, facts)


def fail(check: str, text: str, **facts: Any) -> Finding:
    """Return a finding that keeps the desk from working."""
    return Finding(check, State.FAIL, text, facts)


def skip(check: str, text: str, **facts: Any) -> Finding:
    """Return a finding about what cannot be looked at now."""
    return Finding(check, State.SKIP, text, facts)


def megabytes(size: float) -> str:
    """Write a size in bytes for people."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
