"""How far an evaluation is, on stderr: a bar in a terminal, few lines elsewhere."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from dragoman.evaluation.checks import Judged


class Watcher:
    """Hears what the processes say while they start, and each question that has been judged."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._failed = 0

    def say(self, process: str, line: str) -> None:
        """Words for the operator."""
        if self._bar.console.is_terminal:
            self._bar.update(self._task, description=f"{process}: {line}"[:60])
        else:
            self._bar.console.print(f"{process}: {line}", markup=False, highlight=False, soft_wrap=True)

    def progress(self, process: str, label: str, done: int, total: int) -> None:
        """How far a step of a start is."""
        part = f" {100 * done // total}%" if total else ""
        self._bar.update(self._task, description=f"{process}: {label}{part}"[:60])

    def output(self, process: str, line: str) -> None:
        """A line of a log, of which nobody needs to know here."""

    def judged(self, one: Judged) -> None:
        """Count a question."""
        self._failed += not one.passed
        words = f"{one.question.suite}, {self._failed} not passed"
        self._bar.update(self._task, advance=1, description=words)


@contextmanager
def watching(total: int) -> Generator[Watcher]:
    """Show a bar for so many questions while the context is open."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Watcher(bar, bar.add_task("starting", total=total))
