import argparse
from pathlib import Path

import pytest

from dragoman.bench.llama import SETTINGS, LlamaServer
from dragoman.bench.llama_wheel import options, parameters


def parsed(*flags: str) -> argparse.Namespace:
    return options().parse_args(["--model", "m.gguf", "--port", "1", *flags])


def test_the_wheels_server_has_the_programs_defaults() -> None:
    params = parameters(parsed())
    assert (params.n_parallel, params.kv_unified, params.n_ctx) == (4, True, 0)
    assert (params.hostnames, params.port, params.model.path) == (["127.0.0.1"], 1, "m.gguf")


@pytest.mark.parametrize("flags", SETTINGS)
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
