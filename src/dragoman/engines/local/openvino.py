"""OpenVINO GenAI: the only file that knows it. Run as a module it is the worker process that generates."""

import itertools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# `import openvino` sends an event to Google Analytics unless somebody has opted out; its authors provide for the
# telemetry package being absent, and so it is made to be.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import numpy as np  # noqa: E402 - the line above comes first
import openvino  # noqa: E402
import openvino_genai as genai  # noqa: E402

from dragoman.engines.local.base import FinishReason, Generation  # noqa: E402
from dragoman.engines.local.grammar import grammar_of  # noqa: E402
from dragoman.engines.local.long_prompts import LongPrompts  # noqa: E402
from dragoman.engines.local.row_weights import rewrite  # noqa: E402
from dragoman.engines.local.stepping import Line, Message, Written, main, run  # noqa: E402
from dragoman.engines.local.text import Text  # noqa: E402
from dragoman.engines.local.tokenizer_limit import lift  # noqa: E402
from dragoman.nouns.errors import PromptTooLongError  # noqa: E402

PREFILL_TOKENS = 256
"""Tokens of prompts read in one step. Nobody's next token, and no cancellation, waits longer than that takes."""
# Tokens that the prefix cache keeps together, on a processor.
_BLOCK_TOKENS = 32
# Pieces of long prompts are requests of their own; no request of the server has such a number.
_FIRST_PIECE = 1 << 62
# Activations that share a scale when they are multiplied as 8-bit numbers (docs/decisions/0015-the-engines-speed.md).
_ACTIVATIONS_BY = 128

WARM_UP = "Hello"


@dataclass(slots=True)
class _Request:
    """One request under way; it has no handle while its long prompt is read in pieces."""

    text: Text
    config: Any
    handle: Any = None
    written: int = 0


class Pipeline:
    """The model in memory, stepped from one thread."""

    def __init__(self, order: Message) -> None:
        scheduling = genai.SchedulerConfig()
        scheduling.num_kv_blocks = order["kv_blocks"]
        scheduling.max_num_seqs = order["running"]
        # A whole piece of a prompt fits beside the next token of everybody else.
        scheduling.max_num_batched_tokens = PREFILL_TOKENS + order["running"]
        scheduling.enable_prefix_caching = True
        self._pipeline: Any = genai.ContinuousBatchingPipeline(
            order["model"], scheduling, "CPU", _properties(order["threads"])
        )
        self._context_tokens: int = order["context_tokens"]
        self._ends: dict[str, int] = order["eos"]
        self._tokenizer: Any = self._pipeline.get_tokenizer()
        self._bytes_of: list[bytes] = self._readable(order["control_tokens"])
        self._requests: dict[int, _Request] = {}
        self._long = LongPrompts(piece=PREFILL_TOKENS, block=_BLOCK_TOKENS)
        self._piece: Any = None
        self._pieces = itertools.count(_FIRST_PIECE)

    def warm_up(self) -> int:
        """Generate a token, so that what is said to be ready is; return the bytes of the attention cache."""
        self.add(0, Generation(prompt=WARM_UP, max_tokens=1))
        while self.busy:
            self.step()
        return int(self._pipeline.get_metrics().cache_size_in_bytes)

    @property
    def busy(self) -> bool:
        """See `Stepper`. Requests that were stopped still need a step, which lets go of their cache."""
        return bool(self._long) or bool(self._pipeline.has_non_finished_requests())

    def add(self, id: int, request: Generation) -> int:
        """See `Stepper`."""
        tokens = self._tokens(request.prompt)
        room = self._context_tokens - len(tokens)
        if not tokens:
            raise ValueError("the prompt is empty")
        if room < 1:
            raise PromptTooLongError(prompt_tokens=len(tokens), context_tokens=self._context_tokens)
        # What cannot be done is refused now, however long the prompt is.
        config = self._config(request, room)
        asked = self._requests[id] = _Request(Text(request.stop), config)
        if self._long.is_long(tokens):
            self._long.add(id, tokens)
        else:
            self._long.remember(tokens)
            asked.handle = self._pipeline.add_request(id, _tensor(tokens), config)
        return len(tokens)

    def stop(self, id: int) -> None:
        """See `Stepper`."""
        request = self._requests.pop(id, None)
        if request is None:
            return
        if request.handle is not None:
            request.handle.cancel()
        elif self._long.drop(id) and self._piece is not None:
            self._piece.cancel()

    def step(self) -> list[Written]:
        """See `Stepper`."""
        self._read_on()
        self._pipeline.step()
        begun = [
            (number, request) for number, request in self._requests.items() if request.handle is not None
        ]
        written = [self._read(number, request) for number, request in begun]
        return [piece for piece in written if piece is not None]

    def kv_cache_use(self) -> float:
        """See `Stepper`."""
        return float(self._pipeline.get_metrics().cache_usage) / 100

    def _read_on(self) -> None:
        """Have the next piece of a long prompt read, when the one before has been."""
        if self._piece is not None:
            status = self._piece.get_status()
            if status == genai.GenerationStatus.RUNNING:
                return
            _refuse_ignored(status)
            self._piece = None
        piece = self._long.next()
        if piece is None:
            return
        if piece.last:
            request = self._requests[piece.id]
            request.handle = self._pipeline.add_request(piece.id, _tensor(piece.tokens), request.config)
        else:
            config = genai.GenerationConfig(max_new_tokens=1)
            self._piece = self._pipeline.add_request(next(self._pieces), _tensor(piece.tokens), config)

    def _read(self, id: int, request: _Request) -> Written | None:
        """Take what the last step wrote for a request; let go of it when that was its end."""
        tokens, end = _drain(request.handle)
        if end is None:
            _refuse_ignored(request.handle.get_status())
        if not tokens and end is None:
            return None
        text, taken = self._written(request.text, tokens)
        if request.text.stopped:
            self.stop(id)
            return Written(id, text, taken, "stop")
        if end is not None:
            del self._requests[id]
            text += request.text.finish()
        return Written(id, text, taken, end)

    def _written(self, text: Text, tokens: list[int]) -> tuple[str, int]:
        """Return the text of tokens and how many were taken; after a stop string none is."""
        pieces: list[str] = []
        for taken, token in enumerate(tokens, 1):
            pieces.append(text.add(self._bytes_of[token]))
            if text.stopped:
                return "".join(pieces), taken
        return "".join(pieces), len(tokens)

    def _tokens(self, prompt: str) -> list[int]:
        tokens: list[int] = np.asarray(self._tokenizer.encode(prompt).input_ids.data)[0].tolist()
        bos = self._tokenizer.get_bos_token_id()
        # A template may write the token that the tokenizer adds by itself.
        return tokens[1:] if tokens[:2] == [bos, bos] else tokens

    def _config(self, request: Generation, room: int) -> Any:
        longest = min(request.max_tokens, room)
        config = genai.GenerationConfig(
            max_new_tokens=longest,
            min_new_tokens=min(request.min_tokens, longest),
            ignore_eos=request.ignore_eos,
            stop_token_ids=set(self._ends.values()),
            eos_token_id=next(iter(self._ends.values())),
            repetition_penalty=request.repetition_penalty,
            presence_penalty=request.presence_penalty,
            frequency_penalty=request.frequency_penalty,
            do_sample=request.temperature > 0,
        )
        if request.temperature > 0:
            config.temperature = request.temperature
            config.top_p = request.top_p
            config.rng_seed = request.seed or 0
            if request.top_k:
                config.top_k = request.top_k
        if request.json_schema is not None:
            config.structured_output_config = _structure(request.json_schema)
        return config

    def _readable(self, control_tokens: list[str]) -> list[bytes]:
        """Return the bytes of every token by its id; control tokens are not text and have none."""
        vocabulary: dict[bytes, int] = self._tokenizer.get_vocab()
        hidden = {text.encode() for text in control_tokens}
        bytes_of = [b""] * (max(vocabulary.values()) + 1)
        for piece, token in vocabulary.items():
            bytes_of[token] = b"" if piece in hidden else piece
        return bytes_of


def _drain(handle: Any) -> tuple[list[int], FinishReason | None]:
    """Return the tokens that wait in a handle, and the reason to end if it has."""
    tokens: list[int] = []
    end: FinishReason | None = None
    while handle.can_read():
        for output in handle.read().values():
            tokens += output.generated_ids
            if output.finish_reason == genai.GenerationFinishReason.STOP:
                end = "stop"
            elif output.finish_reason == genai.GenerationFinishReason.LENGTH:
                end = "length"
    return tokens, end


def _refuse_ignored(status: Any) -> None:
    if status == genai.GenerationStatus.IGNORED:
        raise RuntimeError("the attention cache is too small for a single request")


def _tensor(tokens: list[int]) -> Any:
    return openvino.Tensor(np.array([tokens], dtype=np.int64))


def _structure(schema: dict[str, Any]) -> Any:
    structure: Any = genai.StructuredOutputConfig()
    structure.grammar = grammar_of(schema)
    return structure


def _properties(threads: int) -> dict[str, Any]:
    return {
        "INFERENCE_NUM_THREADS": threads,
        "sampler_num_threads": threads,
        # Threads that are tied to a core stall when a neighbour is busy on it.
        "ENABLE_CPU_PINNING": False,
        "PERFORMANCE_HINT": "LATENCY",
        "KV_CACHE_PRECISION": "u8",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(_ACTIVATIONS_BY),
    }


def convert(weights: Path) -> None:
    """Write OpenVINO's own form of a GGUF file, model and tokenizer, beside it."""
    scheduling = genai.SchedulerConfig()
    scheduling.num_kv_blocks = 2
    saving = {"enable_save_ov_model": True}
    genai.ContinuousBatchingPipeline(str(weights), scheduling, "CPU", saving, saving)
    lift(weights.with_name("openvino_tokenizer.xml"))
    rewrite(weights.with_name("openvino_model.xml"))


def _work(line: Line, order: Message) -> None:
    if "convert" in order:
        convert(Path(order["convert"]))
        line.tell({"ready": {}})
        return
    pipeline = Pipeline(order)
    line.tell({"ready": {"kv_cache_bytes": pipeline.warm_up()}})
    run(line, pipeline)


if __name__ == "__main__":
    main(_work)
