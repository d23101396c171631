"""8-bit weights with a scale for each row stand for the weights they were made from."""

from pathlib import Path
from typing import Any

import numpy as np
import openvino
import pytest
from numpy.typing import NDArray
from openvino import opset13 as ops

import dragoman.engines.local.openvino  # noqa: F401 - keeps OpenVINO from reporting to its makers
from dragoman.engines.local.row_weights import quantised, rewrite

ROWS, COLUMNS, GROUP = 6, 64, 32


@pytest.fixture
def weights() -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(size=(ROWS, COLUMNS)).astype(np.float32)


def test_no_number_is_farther_off_than_half_a_step(weights: NDArray[np.float32]) -> None:
    numbers, scale = quantised(weights)
    assert numbers.dtype == np.int8
    assert scale.shape == (ROWS, 1)
    steps = np.abs(numbers * scale.astype(np.float32) - weights) / scale
    # The largest of a row may be cut by what its scale lost in rounding to 16 bits.
    assert steps.max() <= 0.5 + 0.07


def test_a_row_of_zeros_stays_zeros() -> None:
    numbers, scale = quantised(np.zeros((2, COLUMNS), np.float32))
    assert not (numbers * scale).any()


def _model(weights: NDArray[np.float32], folder: Path) -> Path:
    """Write a product with weights as the reader of GGUF leaves them: a scale for every 32 numbers, a zero point."""
    groups = weights.reshape(ROWS, COLUMNS // GROUP, GROUP)
    scale = np.abs(groups).max(axis=2, keepdims=True) / 127
    numbers = (np.rint(groups / scale) + 128).astype(np.uint8)
    zero = np.full(scale.shape, 128, np.uint8)
    o: Any = ops
    shifted = o.subtract(o.convert(o.constant(numbers), "f16"), o.convert(o.constant(zero), "f16"))
    scaled = o.multiply(shifted, o.constant(scale.astype(np.float16)))
    whole = o.convert(o.reshape(scaled, o.constant(np.array([ROWS, COLUMNS])), False), "f32")
    given = o.parameter([-1, COLUMNS], np.float32)
    product = o.matmul(given, whole, False, True)
    file = folder / "openvino_model.xml"
    openvino.save_model(openvino.Model([product], [given]), str(file), compress_to_fp16=False)
    return file


def _answer(file: Path, given: NDArray[np.float32]) -> NDArray[np.float32]:
    compiled: Any = openvino.compile_model(str(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled(given)[0]


def test_a_rewritten_model_answers_as_before(weights: NDArray[np.float32], tmp_path: Path) -> None:
    file = _model(weights, tmp_path)
    given = np.random.default_rng(8).normal(size=(3, COLUMNS)).astype(np.float32)
    before = _answer(file, given)
    assert rewrite(file) == 1
    assert b'element_type="i8"' in file.read_bytes()
    np.testing.assert_allclose(_answer(file, given), before, atol=0.2)
    assert not np.array_equal(_answer(file, given), before)


def test_what_has_no_such_weights_stays_as_it_is(tmp_path: Path) -> None:
    given: Any = ops.parameter([1], np.float32)
    file = tmp_path / "openvino_model.xml"
    openvino.save_model(openvino.Model([given], [given]), str(file))
    before = file.read_bytes()
    assert rewrite(file) == 0
    assert file.read_bytes() == before
