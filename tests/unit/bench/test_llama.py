import argparse
from collections.abc import Sequence
from pathlib import Path

import pytest

from dragoman.bench.base import Given
from dragoman.bench.engine import Work
from dragoman.bench.llama import SETTINGS, LlamaServer
from dragoman.bench.llama_wheel import options, parameters
from dragoman.bench.peers import DEFAULTS, TUNED, WHEEL, _llama_servers, _tuned

from .scripted import given


def parsed(*flags: str) -> argparse.Namespace:
    return options().parse_args(["--model", "m.gguf", "--port", "1", *flags])


def test_the_wheels_server_has_the_programs_defaults() -> None:
    params = parameters(parsed())
    assert (params.n_parallel, params.kv_unified, params.n_ctx) == (4, True, 0)
    assert (params.hostnames, params.port, params.model.path) == (["127.0.0.1"], 1, "m.gguf")


@pytest.mark.parametrize("flags", SETTINGS[1:])
def test_settings_that_are_tried_reach_the_wheels_server(flags: tuple[str, ...]) -> None:
    given = dict(zip(flags[::2], flags[1::2], strict=True))
    params = parameters(parsed(*flags))
    assert params.n_parallel == int(given["--parallel"])
    assert params.n_ctx == int(given["--ctx-size"])
    assert params.n_ubatch == int(given["--ubatch-size"])
    assert params.cache_ram_mib == int(given.get("--cache-ram", parameters(parsed()).cache_ram_mib))
    assert not params.kv_unified


def test_what_is_said_of_a_server_names_no_folder() -> None:
    given = LlamaServer("llama-server", Path("/home/me/llama-server"), ("--parallel", "8")).facts
    assert given == {"build": "as given", "settings": "--parallel 8"}
    assert LlamaServer("wheel").facts["settings"] == "defaults"


async def test_the_best_settings_are_those_that_generate_most(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Sequence[str]] = []

    async def scripted(server: LlamaServer, _given: Given, weights: Path, work: Work) -> float:
        assert (weights, work.name) == (Path("m.gguf"), "chats_8")
        tried.append(server.flags)
        return {0: 10.0, 2: 30.0}.get(len(tried) - 1, 20.0)

    monkeypatch.setattr("dragoman.bench.peers._tried", scripted)
    best = await _tuned(LlamaServer("plain", Path("llama-server")), given(), Path("m.gguf"))
    assert tried == list(SETTINGS)
    assert best == LlamaServer(TUNED, Path("llama-server"), SETTINGS[2])


async def test_the_operators_program_counts_and_the_wheels_is_measured_beside_it() -> None:
    program = Path("llama-server")
    servers = [one for one, _ in await _llama_servers(given(quick=True, llama_server=program))]
    assert [(one.name, one.program, bool(one.flags)) for one in servers] == [
        (DEFAULTS, program, False),
        (TUNED, program, True),
        (WHEEL, None, False),
    ]
    assert len(await _llama_servers(given(quick=True))) == 2
    assert not await _llama_servers(given(engine_url="http://127.0.0.1:9/v1"))
