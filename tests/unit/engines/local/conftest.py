"""An engine's server before a scripted backend."""

from collections.abc import AsyncGenerator, Sequence

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.engines.local.responses import ServedModel
from dragoman.engines.local.server import Engine, app_of
from dragoman.testing.loopback import loopback
from dragoman.testing.scripted_backend import ScriptedBackend


class FixedEmbedder:
    """Every text has the same vector."""

    name, dimensions, max_tokens = "fixed", 2, 20

    async def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[1, 0]] * len(texts), dtype=np.float32)

    async def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[0, 1]] * len(texts), dtype=np.float32)

    async def count_tokens(self, text: str) -> int:
        return len(text.split())

    async def close(self) -> None:
        return None


@pytest.fixture
def backend() -> ScriptedBackend:
    return ScriptedBackend()


@pytest.fixture
def engine(backend: ScriptedBackend) -> Engine:
    model = ServedModel("scripted", "q8_0", "Apache-2.0", stand_in=True, stands_in_for="wanted")
    return Engine(model, FixedEmbedder(), running=2, waiting=1, backend=backend)


@pytest.fixture
async def http(engine: Engine) -> AsyncGenerator[httpx.AsyncClient]:
    async with loopback(app_of(engine)) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client
