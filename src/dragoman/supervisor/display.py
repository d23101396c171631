"""What the operator sees of `serve`: in a terminal bars and a box, elsewhere plain lines and JSON logs."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol, TextIO

# As wide as the longest of their names, so that what they say stands in one column.
_NAME_WIDTH = 8


class Display(Protocol):
    """What is shown, and how it looks, is up to the implementation."""

    def say(self, process: str, line: str) -> None:
        """Words for the operator."""
        ...

    def progress(self, process: str, label: str, done: int, total: int) -> None:
        """How far a step of a start is."""
        ...

    def output(self, process: str, line: str) -> None:
        """A line of a process's log."""
        ...

    def ended(self, process: str, why: str, again_in: float) -> None:
        """A process ended and will be started again."""
        ...

    def back(self, process: str, after: float) -> None:
        """It is up again."""
        ...

    def box(self, title: str, rows: Mapping[str, str]) -> None:
        """All is up: what the operator wants to know."""
        ...

    def close(self) -> None:
        """Leave the terminal as it was."""
        ...


def open_display(*, readable_logs: bool) -> Display:
    """Return the display that fits where we run; `readable_logs` as the log settings have it."""
    if sys.stdout.isatty():
        from dragoman.supervisor.terminal import Terminal

        return Terminal(readable_logs=readable_logs)
    return Plain(readable_logs=readable_logs)


class Plain:
    """Lines on stdout for people reading along, logs on stderr."""

    def __init__(self, *, readable_logs: bool) -> None:
        self._readable = readable_logs
        self._shown: dict[str, int] = {}

    def say(self, process: str, line: str) -> None:
        """Write one line."""
        _write(f"{process}: {line}")

    def progress(self, process: str, label: str, done: int, total: int) -> None:
        """Write a line at the beginning and for each further quarter."""
        quarter = 4 * done // total if total else 0
        if self._shown.get(label) == quarter:
            return
        self._shown[label] = quarter
        _write(f"{process}: {label} {25 * quarter}%" if total else f"{process}: {label}")

    def output(self, process: str, line: str) -> None:
        """Pass a log line on; what is not JSON is wrapped, so that each line on stderr is."""
        if self._readable:
            _put(sys.stderr, prefixed(process, line))
        elif line.startswith("{"):
            _put(sys.stderr, line)
        else:
            self._log(process, "output", line=line)

    def ended(self, process: str, why: str, again_in: float) -> None:
        """Log it as a warning."""
        if self._readable:
            _write(f"{process} ended ({why.rstrip('.')}); starting it again in {again_in:g} s.")
        else:
            self._log(process, "process_ended", level="warning", why=why, again_in=again_in)

    def back(self, process: str, after: float) -> None:
        """Log it."""
        if self._readable:
            _write(f"{process} is back after {after:.1f} s.")
        else:
            self._log(process, "process_back", after=round(after, 1))

    def box(self, title: str, rows: Mapping[str, str]) -> None:
        """Write a line for each."""
        _write(title)
        for name, value in rows.items():
            _write(f"  {name:<7} {value}")

    def close(self) -> None:
        """Nothing to leave."""

    def _log(self, process: str, event: str, *, level: str = "info", **values: object) -> None:
        at = datetime.now(UTC).isoformat()
        line = {"event": event, "level": level, "timestamp": at, "process": process, **values}
        _put(sys.stderr, json.dumps(line, ensure_ascii=False))


def prefixed(process: str, line: str) -> str:
    """Return a log line with the name of its process before it, and only there."""
    return f"{process:<{_NAME_WIDTH}} | {line.replace(f' process={process}', '')}"


def _write(line: str) -> None:
    _put(sys.stdout, line)


def _put(stream: TextIO, line: str) -> None:
    with suppress(BrokenPipeError):  # nobody reads along any more; customers are still there
        stream.write(f"{line}\n")
        stream.flush()
