"""`serve` in a terminal: bars while something takes time, colours, a box at the end."""

from collections.abc import Mapping

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from dragoman.supervisor.display import prefixed

_COLOURS = {"database": "blue", "engine": "magenta", "desk": "green"}


class Terminal:
    """A display on a terminal; logs are lines of text unless the settings ask for JSON."""

    def __init__(self, *, readable_logs: bool, console: Console | None = None) -> None:
        self._readable = readable_logs
        self._console = console or Console(highlight=False)
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._labels: dict[str, str] = {}

    def say(self, process: str, line: str) -> None:
        """Print a line with the process's colour."""
        self._console.print(Text(prefixed(process, line), style=_COLOURS.get(process, "")))

    def progress(self, process: str, label: str, done: int, total: int) -> None:
        """Move the bar of a process; a full one is taken away and leaves a line. `total` 0: nobody knows how far."""
        if self._bars is None:
            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._bars.start()
        if self._labels.get(process) != label:
            # A process does one thing after the other.
            self._drop(process)
            self._labels[process] = label
            self._tasks[process] = self._bars.add_task(prefixed(process, label), total=total or None)
        self._bars.update(self._tasks[process], completed=done, total=total or None)
        if total and done >= total:
            self._drop(process)
            self.say(process, f"{label}: done.")
        if not self._tasks:
            self.close()

    def _drop(self, process: str) -> None:
        """Take a process's bar away."""
        self._labels.pop(process, None)
        task = self._tasks.pop(process, None)
        if self._bars is not None and task is not None:
            self._bars.remove_task(task)

    def output(self, process: str, line: str) -> None:
        """Print a log line above the bars."""
        text = Text(prefixed(process, line) if self._readable else line)
        if self._readable:
            text.stylize(_COLOURS.get(process, ""), 0, len(process))
            text.highlight_words([" [warning", " [error", " [critical"], "yellow")
        self._console.print(text, soft_wrap=True)

    def ended(self, process: str, why: str, again_in: float) -> None:
        """Say it so that it is seen."""
        words = f"ended ({why.rstrip('.')}); starting it again in {again_in:g} s."
        self._console.print(Text(prefixed(process, words), style="bold yellow"))

    def back(self, process: str, after: float) -> None:
        """Say it."""
        self._console.print(Text(prefixed(process, f"is back after {after:.1f} s."), style="bold green"))

    def box(self, title: str, rows: Mapping[str, str]) -> None:
        """Draw the box."""
        self.close()
        table = Table.grid(padding=(0, 2))
        for name, value in rows.items():
            table.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
        self._console.print(Panel(table, title=title, title_align="left", expand=False, border_style="green"))

    def close(self) -> None:
        """Take the bars away."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None
            self._tasks.clear()
            self._labels.clear()
