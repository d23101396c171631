"""How far the bench is, on stderr: a bar in a terminal, a line a case elsewhere."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from dragoman.bench.base import WARM_UP, Case, Scenario, Turn

_WIDEST = 70


class Watcher:
    """Hears of scenarios and turns (`running.Told`) and of what the started processes say (`Listener`)."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._scenario = ""
        self._case = ""
        self._begun = False

    def opening(self, scenario: Scenario) -> None:
        """A scenario is being started."""
        self._scenario, self._case, self._begun = scenario.name, "", False
        self._bar.reset(self._task, total=None, description=f"{scenario.name}: starting")

    def opened(self, scenario: Scenario, turns: int) -> None:
        """It runs."""
        self._bar.reset(self._task, total=turns, description=scenario.name)

    def turn(self, case: Case, side: str, turn: Turn) -> None:
        """Count the turn before, and show whose is next."""
        number = "warm-up" if turn.number == WARM_UP else f"run {turn.number + 1}"
        words = f"{self._scenario}: {case.title}, {side}, {number}"
        self._bar.update(self._task, advance=int(self._begun), description=words[:_WIDEST])
        self._begun = True
        if case.name != self._case:
            self._case = case.name
            self._line(f"{self._scenario}: {case.title}")

    def say(self, process: str, line: str) -> None:
        """Words for the operator."""
        self._bar.update(self._task, description=f"{process}: {line}"[:_WIDEST])
        self._line(f"{process}: {line}")

    def progress(self, process: str, label: str, done: int, total: int) -> None:
        """How far a step of a start is."""
        part = f" {100 * done // total}%" if total else ""
        self._bar.update(self._task, description=f"{process}: {label}{part}"[:_WIDEST])

    def output(self, process: str, line: str) -> None:
        """A line of a log, of which nobody needs to know here."""

    def _line(self, words: str) -> None:
        if not self._bar.console.is_terminal:
            self._bar.console.print(words, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def watching() -> Generator[Watcher]:
    """Show a bar while the context is open."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Watcher(bar, bar.add_task("starting", total=None))
