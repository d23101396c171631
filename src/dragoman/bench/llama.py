"""llama.cpp's `llama-server` as a subject: out of the wheel or as a program, as it comes or with its best settings."""

import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from dragoman.bench.base import Given
from dragoman.bench.subject import LOOPBACK, Starting, Subject, started

# As many slots as there are simultaneous chats, or as many as its defaults have, and room for a chat in each; small
# batches let those that write go on while somebody's prompt is read; the copies of old prompts in memory are left out,
# which nobody here comes back to.
SETTINGS: Sequence[Sequence[str]] = (
    (),
    ("--parallel", "4", "--ctx-size", "4096", "--ubatch-size", "128"),
    ("--parallel", "8", "--ctx-size", "8192", "--ubatch-size", "128"),
    ("--parallel", "8", "--ctx-size", "8192", "--ubatch-size", "512", "--cache-ram", "0"),
    ("--parallel", "32", "--ctx-size", "32768", "--ubatch-size", "128", "--cache-ram", "0"),
)
"""Options beyond model and address among which the best are found by trying; the first are its defaults."""


@dataclass(frozen=True, slots=True)
class LlamaServer:
    """One way of running it.

    Attributes:
        name: of the side.
        program: the program, or None for the server of the wheel.
        flags: its options beyond model and address.
    """

    name: str
    program: Path | None = None
    flags: Sequence[str] = ()

    @property
    def facts(self) -> dict[str, str]:
        """What it is, for readers."""
        build = "as given" if self.program else f"xllamacpp {version('xllamacpp')}"
        return {"build": build, "settings": " ".join(self.flags) or "defaults"}

    @asynccontextmanager
    async def run(self, given: Given, weights: Path) -> AsyncGenerator[Subject]:
        """Run it on these weights.

        Raises:
            OperatorError: it does not start.
        """
        program = (
            [str(self.program)] if self.program else [sys.executable, "-m", "dragoman.bench.llama_wheel"]
        )
        address = ("--model", str(weights), "--host", LOOPBACK, "--port", "{port}")
        starting = Starting(self.name, (*program, *address, *self.flags), ready="/health", base="/v1")
        async with started(starting, given.listener) as subject:
            yield subject
