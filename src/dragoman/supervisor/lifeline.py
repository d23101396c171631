"""A process's side of being supervised: what it tells, on stdout, and that it ends when its supervisor does.

The supervisor holds the other end of our stdin. However it ends, `kill -9` included, the system closes that end, and
this process then stops as it would at SIGTERM. It works alike on Linux and macOS, where a signal on the parent's death
(PR_SET_PDEATHSIG) is Linux only.
"""

import json
import os
import signal
import sys
import threading
import time
from typing import Any, TextIO


class Lifeline:
    """Tells the supervisor, one JSON object a line; its kinds stand in `child.Child`."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()

    def progress(self, label: str, done: int, total: int, /) -> None:
        """Tell how far a step of the start is: `done` of `total` bytes (or whatever it counts)."""
        self._tell(tell="progress", label=label, done=done, total=total)

    def say(self, line: str, /) -> None:
        """Tell a line that the operator should read."""
        self._tell(tell="say", line=line)

    def ready(self, **facts: Any) -> None:
        """Tell that the process does its work now, and what others need to know about it."""
        self._tell(tell="ready", facts=facts)

    def failed(self, line: str) -> None:
        """Tell why the process cannot go on, in words for the operator."""
        self._tell(tell="failed", line=line)

    def _tell(self, **words: Any) -> None:
        with self._lock:
            try:
                self._out.write(f"{json.dumps(words)}\n")
                self._out.flush()
            except (BrokenPipeError, ValueError):
                return  # the supervisor is gone, and `end_with_supervisor` is about to notice


def hold(*, patience: float) -> Lifeline:
    """Take the place that a supervisor has made for this process; call once, from its main thread.

    From here on stdout belongs to the lifeline; anything else that prints there goes to stderr.

    Args:
        patience: seconds that this process may take to stop by itself once the supervisor is gone.
    """
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    threading.Thread(target=_end_with_supervisor, args=(patience,), name="lifeline", daemon=True).start()
    return Lifeline(out)


def _end_with_supervisor(patience: float) -> None:
    while os.read(0, 1024):
        continue
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(patience)
    os._exit(1)
