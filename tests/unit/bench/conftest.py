"""The engine's own server before a backend that counts instead of thinking."""

from collections.abc import AsyncGenerator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.bench import machine
from dragoman.engines.local.responses import ServedModel
from dragoman.engines.local.server import create_app
from dragoman.testing.loopback import loopback
from dragoman.testing.scripted_backend import ScriptedBackend


class NoEmbedder:
    """Nobody here embeds."""

    name, dimensions, max_tokens = "none", 2, 20

    async def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError(texts)

    passages = queries

    async def count_tokens(self, text: str) -> int:
        return len(text.split())

    async def close(self) -> None:
        return None


@pytest.fixture(autouse=True)
def _short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """How busy the machine is says nothing here."""
    monkeypatch.setattr(machine, "_LOOK_SECONDS", 0.01)


@pytest.fixture
def backend() -> ScriptedBackend:
    return ScriptedBackend(context_tokens=4096)


@pytest.fixture
async def scripted_url(backend: ScriptedBackend) -> AsyncGenerator[str]:
    """Two requests side by side, two that wait."""
    model = ServedModel("scripted", "q8_0", "Apache-2.0", stand_in=False, stands_in_for=None)
    async with loopback(create_app(backend, model=model, embedder=NoEmbedder(), running=2, waiting=2)) as url:
        yield f"{url}/v1"
