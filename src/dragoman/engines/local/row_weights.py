"""8-bit weights with one scale for each row, made from a converted model's weights with one for every 32 numbers.

GGUF's Q8_0 has a scale for every 32 numbers, which OpenVINO's kernels multiply by between all sums. With a scale for
each row they add up whole rows of 8-bit products first. What that costs is within what the model's own rounding does
(docs/decisions/0015-the-engines-speed.md).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import opset13

# Its functions are typed in part only.
_OPS: Any = opset13
_LARGEST = 127
# The types that hold 8-bit numbers; weights in fewer bits stay as they are.
_BYTE_TYPES = frozenset({"u8", "i8"})


def rewrite(model: Path) -> int:
    """Rewrite the 8-bit weights of a model (`*.xml`, with its numbers in `*.bin`), and return how many matrices they were."""
    core: Any = openvino.Core()
    # What is mapped into memory could not be written over.
    core.set_property({"ENABLE_MMAP": False})
    graph = core.read_model(str(model))
    replaced = 0
    for output, weights in list(_weights(graph)):
        users = list(output.get_target_inputs())
        by_row = _by_row(weights)
        for user in users:
            user.replace_source_output(by_row)
        replaced += 1
    if replaced:
        openvino.save_model(graph, str(model), compress_to_fp16=False)
    return replaced


def _weights(graph: Any) -> "Iterator[tuple[Any, NDArray[np.float32]]]":
    """Yield where a matrix of 8-bit numbers comes out as 32-bit ones, with its values, (rows, columns).

    The reader of GGUF writes constant → Convert → Subtract (zero point) → Multiply (scale) → Reshape → Convert.
    """
    for node in graph.get_ordered_ops():
        chain = _chain(node, ("Convert", "Reshape", "Multiply", "Subtract", "Convert", "Constant"))
        if chain is None or chain[-1].get_output_element_type(0).get_type_name() not in _BYTE_TYPES:
            continue
        _, _, scaled, shifted, _, numbers = chain
        zero = _chain(_source(shifted, 1), ("Convert", "Constant"))
        scale = _source(scaled, 1)
        if zero is None or scale.get_type_name() != "Constant":
            continue
        values = (_floats(numbers) - _floats(zero[-1])) * _floats(scale)
        yield node.output(0), values.reshape(values.shape[0], -1)


def _chain(node: Any, kinds: tuple[str, ...]) -> list[Any] | None:
    """Return `node` and what it is made from by first inputs, where they are of these kinds, the last one first made."""
    found: list[Any] = []
    for kind in kinds:
        if node.get_type_name() != kind:
            return None
        found.append(node)
        if node.get_input_size():
            node = _source(node, 0)
    return found


def _source(node: Any, number: int) -> Any:
    return node.input_value(number).get_node()


def _floats(constant: Any) -> NDArray[np.float32]:
    return cast("NDArray[np.float32]", constant.get_data().astype(np.float32))


def _by_row(weights: NDArray[np.float32]) -> Any:
    numbers, scale = quantised(weights)
    scaled = _OPS.multiply(_OPS.convert(_OPS.constant(numbers), "f16"), _OPS.constant(scale))
    return _OPS.convert(scaled, "f32").output(0)


def quantised(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Return weights (rows, columns) as whole numbers from -127 to 127, and what each row, (rows, 1), is multiplied by."""
    # Rounded as it is kept, so that the numbers make up for it.
    scale = (np.abs(weights).max(axis=1, keepdims=True) / _LARGEST).astype(np.float16)
    divisor = np.where(scale == 0, 1, scale).astype(np.float32)
    numbers = np.clip(np.rint(weights / divisor), -_LARGEST, _LARGEST).astype(np.int8)
    return numbers, scale
