"""Servers of the tests in processes of their own, which can be killed."""

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Server:
    """A process that listens on loopback."""

    process: "subprocess.Popen[str]"
    port: int

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
    assert process.stdout is not None
    try:
        port = process.stdout.readline()
        assert port, f"{module} did not start"
        yield Server(process, int(port))
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
