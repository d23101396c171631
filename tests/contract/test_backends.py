"""Every backend keeps the promises of `Backend`: the two real ones with the real weights, and the scripted one."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from dragoman.engines.local.backends import BackendChoice, Loading, open_backend
from dragoman.engines.local.base import Backend
from dragoman.engines.models.base import ModelFile
from dragoman.testing.backend_contract import PATIENCE, STORY, BackendContract, greedy, known, text_of
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


@pytest.mark.model
class TestLongPrompts:
    """OpenVINO's pipeline reads a prompt to its end before the next; ours are read in pieces."""

    @pytest.fixture(scope="class")
    async def backend(self, model_file: ModelFile) -> AsyncGenerator[Backend]:
        opened = await open_backend("openvino", Loading(model_file.path, context_tokens=4096, running=4))
        yield opened
        await opened.close()

    async def test_a_short_prompt_passes_a_long_one(self, backend: Backend) -> None:
        ended: list[str] = []

        async def ask(name: str, prompt: str) -> None:
            async with backend.generate(greedy(prompt, max_tokens=1)) as writing:
                begun[name].set()
                assert [chunk async for chunk in writing]
            ended.append(name)

        begun = {name: asyncio.Event() for name in ("long", "short")}
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            group.create_task(ask("long", STORY * 200))
            await begun["long"].wait()
            group.create_task(ask("short", "One, two,"))
        assert ended == ["short", "long"]

    async def test_a_prompt_read_in_pieces_is_read_as_a_whole(self, backend: Backend) -> None:
        count = "".join(f" {number}" for number in range(1, 450))
        first, again = await known(backend, greedy(count, max_tokens=4))
        assert first == again == " 450"

    async def test_who_leaves_while_it_is_read_lets_the_next_one_go_on(self, backend: Backend) -> None:
        async with asyncio.timeout(PATIENCE):
            for start in range(3):
                async with backend.generate(greedy(f"{start} {STORY * 200}", max_tokens=1)):
                    pass
            assert await text_of(backend, greedy(f"Once more. {STORY * 100}", max_tokens=2))
