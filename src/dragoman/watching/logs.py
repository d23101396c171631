"""Logs: lines that a person reads in a terminal, JSON otherwise; a turn's id on all that it causes.

A customer's words never go into a log: events carry names, counts, codes and ids only.
"""

import logging
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from dragoman.nouns.errors import DragomanError

logger: structlog.stdlib.BoundLogger = structlog.get_logger()


def configure(*, format: Literal["auto", "text", "json"] = "auto", level: str = "info", process: str) -> None:
    """Set up this process's log on stderr, once, before anything is logged.

    Args:
        format: `auto` writes lines for people where stderr is a terminal and JSON where it is not.
        level: the least important level that is shown.
        process: the name of this process, on every line.
    """
    readable = sys.stderr.isatty() if format == "auto" else format == "text"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if readable else "iso", utc=not readable),
        _named(process),
    ]
    last: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=24)]
        if readable
        else [structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    _adopt_standard_logging(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[_forget_meta, _exception_without_words, *last]
        ),
        level,
    )


def _named(process: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("process", process)
        return event

    return add


def _forget_meta(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(logger, method, event)


def _exception_without_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Tell where an exception came from. Its own message may repeat what a customer wrote, so only ours is told."""
    error = _error_of(event.pop("exc_info", None))
    if error is not None:
        event["error"] = (
            f"{type(error).__name__}: {error}" if isinstance(error, DragomanError) else type(error).__name__
        )
        frames = traceback.extract_tb(error.__traceback__)
        event["at"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _error_of(exc_info: Any) -> BaseException | None:
    """Return the exception: loggers pass True, the exception itself, or the triple of `sys.exc_info`."""
    if isinstance(exc_info, BaseException):
        return exc_info
    triple: Any = sys.exc_info() if exc_info is True else exc_info
    return triple[1] if triple else None


def _adopt_standard_logging(formatter: logging.Formatter, level: str) -> None:
    """Send the standard library's loggers through the same door, so that every line has one shape."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Requests are counted in metrics and named by our own lines; these would write addresses with every call.
    for chatty in ("httpx", "httpx2", "httpcore", "httpcore2", "uvicorn", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@contextmanager
def about(**names: Any) -> Generator[None]:
    """Put these names (`turn`, `conversation`) on every line logged inside, in this task and those it starts."""
    with structlog.contextvars.bound_contextvars(**names):
        yield
