"""Every backend keeps the promises of `Backend`: the two real ones with the real weights, and the scripted one."""

from collections.abc import AsyncGenerator

import pytest

from dragoman.engines.local.backends import BackendChoice, Loading, open_backend
from dragoman.engines.local.base import Backend
from dragoman.engines.models.base import ModelFile
from dragoman.testing.backend_contract import BackendContract, greedy, text_of
from dragoman.testing.scripted_backend import ScriptedBackend

KINDS: tuple[BackendChoice, ...] = ("openvino", "llamacpp")


class TestScripted(BackendContract):
    @pytest.fixture
    def backend(self) -> Backend:
        return ScriptedBackend()


@pytest.mark.model
class TestReal(BackendContract):
    @pytest.fixture(scope="class", params=KINDS)
    async def backend(self, request: pytest.FixtureRequest, model_file: ModelFile) -> AsyncGenerator[Backend]:
        opened = await open_backend(request.param, Loading(model_file.path, context_tokens=4096, running=4))
        yield opened
        await opened.close()

    async def test_control_tokens_are_not_written(self, backend: Backend) -> None:
        prompt = "<|im_start|>user\nSay hi.<|im_end|>\n<|im_start|>assistant\n"
        text = await text_of(backend, greedy(prompt, max_tokens=40, min_tokens=40))
        assert "<|" not in text
