"""llama.cpp's server out of the `xllamacpp` wheel, as a program: the only file of the bench that knows the wheel.

`python -m dragoman.bench.llama_wheel --model FILE --port N` with some of the options of `llama-server`, which mean here
what they mean there. The wheel's server starts from the library's defaults; where the program's differ, they are set as
`tools/server/server.cpp` of llama.cpp sets them.
"""

import argparse
import signal
from typing import Any

import xllamacpp

_llama: Any = xllamacpp

# What the program does when it is not told how many slots to have: so many, with one attention cache for all.
_SLOTS = 4


def options() -> argparse.ArgumentParser:
    """Return the options, by the names that `llama-server` gives them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--parallel", type=int)
    parser.add_argument("--ctx-size", type=int)
    parser.add_argument("--ubatch-size", type=int)
    parser.add_argument("--cache-ram", type=int)
    return parser


def parameters(given: argparse.Namespace) -> Any:
    """Return the parameters of the server."""
    params: Any = _llama.CommonParams()
    params.model.path = given.model
    params.hostnames = [given.host]
    params.port = given.port
    params.n_parallel = given.parallel or _SLOTS
    params.kv_unified = given.parallel is None
    if given.ctx_size is not None:
        params.n_ctx = given.ctx_size
    if given.ubatch_size is not None:
        params.n_ubatch = given.ubatch_size
    if given.cache_ram is not None:
        params.cache_ram_mib = given.cache_ram
    return params


def main() -> None:
    """Serve until SIGTERM."""
    # Blocked before the server's threads begin, so that it is this one that hears them.
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    server = _llama.Server(parameters(options().parse_args()))
    signal.sigwait(ends)
    del server


if __name__ == "__main__":
    main()
