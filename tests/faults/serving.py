"""A whole `dragoman serve` for the tests that kill parts of it."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

# Seconds. What is waited for takes a moment here; a loaded machine may take its time, and a broken one fails for sure.
PATIENCE = 120.0
# Nothing listens there: a desk without an engine, which starts within seconds.
NO_ENGINE = {"DRAGOMAN_ENGINE__URLS": "http://127.0.0.1:9/v1"}


def until(condition: Callable[[], Any], *, within: float = PATIENCE) -> Any:
    """Wait until the condition gives something, and return that."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError, psutil.NoSuchProcess):
            if found := condition():
                return found
        time.sleep(0.05)
    raise AssertionError(f"not within {within} s: {condition}")


@dataclass
class Serving:
    """A running `serve`, what it says, and its processes."""

    process: "subprocess.Popen[bytes]"
    home: Path
    words: Path

    def said(self) -> str:
        """All that it wrote so far."""
        return self.words.read_text(encoding="utf-8", errors="replace")

    @property
    def url(self) -> str:
        """Where the desk is."""
        found = re.search(r"Page +(http://\S+)/", self.said())
        assert found, self.said()
        return found[1]

    def child(self, verb: str) -> psutil.Process | None:
        """The process of `desk`, `engine` or `database`, or `postgres` itself."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                command = process.cmdline()
                if verb in command or (verb == "postgres" and "".join(command[:1]).endswith("bin/postgres")):
                    return process
        return None

    def kill(self, verb: str) -> int:
        """Kill one process as hard as can be, and return its id."""
        process = self.child(verb)
        assert process is not None, verb
        process.kill()
        return process.pid

    def another(self, verb: str, than: int) -> psutil.Process | None:
        """The process that took the place of one."""
        process = self.child(verb)
        return process if process is not None and process.pid != than else None

    def status(self, path: str) -> int:
        """The HTTP status of a page of the desk."""
        return httpx.get(f"{self.url}{path}", timeout=10).status_code

    def begin(self) -> "Conversation":
        """Begin a conversation."""
        begun = httpx.post(f"{self.url}/api/v1/conversations", timeout=30).raise_for_status().json()
        return Conversation(self, begun["conversation_id"], {"Authorization": f"Bearer {begun['token']}"})


@dataclass
class Conversation:
    """A customer's side of a conversation, whichever desk answers by now."""

    serving: Serving
    id: str
    headers: Mapping[str, str]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self.serving.url}/api/v1/conversations/{self.id}"

    def events(self, message: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Say something and read the answer's events as they come."""
        headers = {**self.headers, "Accept": "text/event-stream"}
        with httpx.stream(
            "POST", f"{self.url}/messages", json={"message": message}, headers=headers, timeout=PATIENCE
        ) as response:
            assert response.status_code == 200, response.read()
            name = ""
            for line in response.iter_lines():
                field, _, value = line.partition(": ")
                name = value if field == "event" else name
                if field == "data":
                    yield name, json.loads(value)

    def log(self) -> list[dict[str, Any]]:
        """Its events so far; empty while no desk answers."""
        response = httpx.get(self.url, headers=self.headers, timeout=10)
        return response.json()["events"] if response.is_success else []


@contextmanager
def serving(*, models: Path | None = None, **variables: str) -> Iterator[Serving]:
    """Run `serve` in a home of its own, perhaps with models that are here already; leave nothing of it behind."""
    # A short path, since the database's socket has its place in the home.
    with tempfile.TemporaryDirectory(prefix="dragoman-", ignore_cleanup_errors=True) as folder:
        home, words = Path(folder, "home"), Path(folder, "words")
        home.mkdir()
        if models is not None:
            (home / "models").symlink_to(models)
        Path(folder).chmod(0o755)
        command = [sys.executable, "-m", "dragoman", "serve", "--home", str(home)]
        command += ["--port", "0", "--engine-port", "0"]
        outside = {name: value for name, value in os.environ.items() if not name.startswith("DRAGOMAN_")}
        # Nothing known, unless a test brings it: the demonstration takes a while to be taken in.
        inside = {"DRAGOMAN_KNOWLEDGE__DEMONSTRATION": "false", **variables}
        with words.open("wb") as out:
            process = subprocess.Popen(
                command,
                env={**outside, **inside},
                stdout=out,
                stderr=out,
                # Also where the tests themselves run under nohup, which a `serve` would heed.
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
            )
        one = Serving(process, home, words)
        try:
            until(lambda: "Dragoman is ready" in one.said() or process.poll() is not None)
            assert process.poll() is None, one.said()
            until(lambda: "Page" in one.said())
            yield one
        finally:
            left = descendants(process)
            process.terminate()
            try:
                process.wait(60)
            finally:
                for straggler in [process, *left]:
                    with suppress(psutil.NoSuchProcess):
                        straggler.kill()


def descendants(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    """All processes below this one."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
