"""The loop of a process that generates: take what is asked, do a step, tell what was written.

OpenVINO GenAI's `step()` holds Python's global lock for as long as the step takes (measured: up to a second while
prompts are read). In the server's own process nothing else would move meanwhile, no health check, no stream, so the
steps are done in a process of their own. Orders and words go as JSON, one object a line, through its stdin and stdout.
"""

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dragoman.engines.local.base import FinishReason, Generation
from dragoman.nouns.errors import DragomanError, PromptTooLongError

Message = Mapping[str, Any]

TELL_SECONDS = 1.0
"""How often a busy worker tells, unasked, how full its attention cache is."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a step wrote for one request."""

    id: int
    text: str
    tokens: int
    finish_reason: FinishReason | None


class Stepper(Protocol):
    """Generates for many requests, a token for each at every step."""

    @property
    def busy(self) -> bool:
        """Whether there is anything to do a step for."""
        ...

    def add(self, id: int, request: Generation) -> int:
        """Take a request and return how many tokens its prompt has.

        Raises:
            PromptTooLongError: it does not fit.
        """
        ...

    def stop(self, id: int) -> None:
        """Drop a request, if it is still under way."""
        ...

    def step(self) -> list[Written]:
        """Do one step."""
        ...

    def kv_cache_use(self) -> float:
        """Return the share of the attention cache in use, between 0 and 1."""
        ...


class Line:
    """This process's side of the line to the server. From here on stdout belongs to it; other prints go to stderr."""

    def __init__(self) -> None:
        # The terminal's Ctrl-C and a service manager's SIGTERM reach this process too, but the server still has
        # streams to end then; it closes stdin when it is done, and so does the system however it ends.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._out = os.dup(1)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        self._buffer = b""
        self.open = True

    def tell(self, *messages: Message) -> None:
        """Send messages, in one piece."""
        data = b"".join(json.dumps(message).encode() + b"\n" for message in messages)
        while data:
            data = data[os.write(self._out, data) :]

    def first(self) -> Message:
        """Wait for the first message, or end the process when none will come."""
        while self.open:
            for message in self.messages(wait=True):
                return message
        raise SystemExit(0)

    def messages(self, *, wait: bool) -> Iterator[Message]:
        """Yield the messages that have come; `wait` for some when there are none."""
        timeout = None if wait and b"\n" not in self._buffer else 0
        while select.select([0], [], [], timeout)[0]:
            received = os.read(0, 1 << 20)
            if not received:
                self.open = False
                break
            self._buffer += received
            timeout = 0 if b"\n" in self._buffer else timeout
        while b"\n" in self._buffer:
            line, self._buffer = self._buffer.split(b"\n", 1)
            yield json.loads(line)


def run(line: Line, stepper: Stepper) -> None:
    """Serve until the server closes the line."""
    told_at = 0.0
    while True:
        for message in line.messages(wait=not stepper.busy):
            _obey(line, stepper, message)
        if not line.open:
            return
        if stepper.busy:
            line.tell(*map(_told, stepper.step()))
            # Now and then, and after the last step, so that what operators see is never long past.
            if not stepper.busy or time.monotonic() - told_at >= TELL_SECONDS:
                told_at = time.monotonic()
                line.tell({"kv_cache_use": stepper.kv_cache_use()})


def _obey(line: Line, stepper: Stepper, message: Message) -> None:
    if "add" in message:
        _add(line, stepper, message["add"], Generation(**message["request"]))
    elif "stop" in message:
        stepper.stop(message["stop"])
    elif "ping" in message:
        line.tell({"pong": message["ping"]})


def _add(line: Line, stepper: Stepper, id: int, request: Generation) -> None:
    try:
        line.tell({"id": id, "begun": stepper.add(id, request)})
    except PromptTooLongError as error:
        line.tell({"id": id, "too_long": [error.prompt_tokens, error.context_tokens]})
    except (RuntimeError, TypeError, ValueError) as error:
        line.tell({"id": id, "refused": str(error).strip().splitlines()[-1]})


def _told(written: Written) -> Message:
    return {
        "id": written.id,
        "text": written.text,
        "tokens": written.tokens,
        "end": written.finish_reason,
    }


def main(work: Callable[[Line, Message], None]) -> None:
    """Be a worker process: do `work` with the first message, and tell why when it fails."""
    line = Line()
    status = 0
    try:
        work(line, line.first())
    except BrokenPipeError:
        # The server has gone; there is nobody to tell.
        status = 1
    except (DragomanError, RuntimeError, MemoryError, OSError, ValueError) as error:
        reason = str(error) if isinstance(error, DragomanError) else _last_line(error)
        line.tell({"failed": reason})
        status = 1
    sys.stderr.flush()
    # Native threads may hang in the destructors of a pipeline that broke, and complain of requests left in it.
    os._exit(status)


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1] if lines else 'no reason given'}"
