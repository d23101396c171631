"""Servers of the tests in processes of their own, which can be killed."""

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Server:
    """A process that listens on loopback, or soon will: several start side by side until they are asked where they are."""

    process: "subprocess.Popen[str]"

    @cached_property
    def port(self) -> int:
        """Its port, as soon as it listens."""
        assert self.process.stdout is not None
        port = self.process.stdout.readline()
        assert port, f"{self.process.args} did not start"
        return int(port)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it as hard as can be."""
        self.process.kill()
        self.process.wait()


def told(port: int) -> None:
    """Tell the test which port was taken; what a server of the tests calls when it listens."""
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


@contextmanager
def serving(module: str, *arguments: str, variables: Mapping[str, str] | None = None) -> Generator[Server]:
    """Run `python -m module`, which calls `told`; leaving the context ends it."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(variables or {})},
    )
    try:
        yield Server(process)
    finally:
        process.kill()
        process.communicate()
