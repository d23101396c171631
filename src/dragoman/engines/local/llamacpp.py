"""llama.cpp: the only file that knows `xllamacpp`. Run as a module it is the process that generates.

Its server runs in this process of its own and is spoken to over loopback: a crash there is not one of ours, and it
takes the handling of signals for itself.
"""

from typing import Any

import xllamacpp

from dragoman.engines.local.stepping import Line, Message, main

_llama: Any = xllamacpp

BATCH_TOKENS = 128
"""Tokens of prompts read at once. A cancellation is noticed between two such batches."""

# `auto` of llama.cpp: as many layers on a graphics card as fit, where there is one.
_ALL_LAYERS = -1


def parameters(order: Message) -> Any:
    """Return the parameters of llama.cpp's server for an order."""
    params: Any = _llama.CommonParams()
    params.model.path = order["model"]
    params.n_ctx = order["cache_tokens"]
    params.n_parallel = order["running"]
    params.kv_unified = True
    params.n_batch = params.n_ubatch = BATCH_TOKENS
    params.n_gpu_layers = _ALL_LAYERS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = order["threads"]
    # Prompts of past conversations are found in the slots; a copy of them all in memory (8 GB by default) is not kept.
    params.cache_ram_mib = 0
    params.ctx_shift = False
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order["key"]]
    params.ui = False
    params.verbosity = 0
    _stretch(params, order["trained_tokens"], order["context_tokens"])
    return params


def _stretch(params: Any, trained: int, wanted: int) -> None:
    """Go beyond the trained length by YaRN (Peng et al. 2023), which interpolates the positions."""
    if wanted > trained:
        params.rope_scaling_type = _llama.llama_rope_scaling_type.LLAMA_ROPE_SCALING_TYPE_YARN
        params.rope_freq_scale = trained / wanted
        params.yarn_orig_ctx = trained


def _work(line: Line, order: Message) -> None:
    server = _llama.Server(parameters(order))
    line.tell({"ready": {"address": server.listening_address}})
    while line.open:
        for _ in line.messages(wait=True):
            continue


if __name__ == "__main__":
    main(_work)
