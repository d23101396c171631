"""The real engine for tests: its own process, the real weights, on a free loopback port."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from dragoman.engines.models.base import ModelFile
from dragoman.serving.listen import bind

PATIENCE_SECONDS = 300.0


@pytest.fixture(scope="session")
def engine_url(model_file: ModelFile) -> Iterator[str]:
    """Run `dragoman engine` for the whole session; its OpenAI base address."""
    taken = bind("127.0.0.1", 0)
    port = taken.getsockname()[1]
    taken.close()
    url = f"http://127.0.0.1:{port}"
    program = Path(sys.executable).with_name("dragoman")
    # The folder of the weights is that home's, so that what a backend makes of them is made once for all sessions.
    home = model_file.path.parent.parent
    command = [str(program), "--home", str(home), "engine", "--port", str(port)]
    environment = {**os.environ, "DRAGOMAN_MODEL__PATH": str(model_file.path), "DRAGOMAN_LOG__FORMAT": "text"}
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(command, env=environment, stdout=words, stderr=words)
        try:
            _wait(process, url)
            yield f"{url}/v1"
        except AssertionError:
            words.seek(0)
            sys.stderr.write(words.read().decode(errors="replace"))
            raise
        finally:
            process.terminate()
            process.wait(60)


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the engine did not start"
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/health", timeout=5).is_success:
                return
        time.sleep(0.1)
    raise AssertionError(f"the engine was not ready within {PATIENCE_SECONDS:g} s")
