from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from gguf import GGMLQuantizationType as Type
from gguf import GGUFReader
from gguf.quants import dequantize

from dragoman.engines.models import disk
from dragoman.engines.models.quantize import quantize
from dragoman.nouns.errors import OperatorError
from dragoman.testing.tiny_model import tiny_gguf, tiny_matrices

# Half a step of each type, as a share of the largest number of a block of 32: 2^-11, 1/254, 1/16 (and a
# little for the rounding of the scale to 16 bits).
LARGEST_ERROR = {"f16": 0.0005, "q8_0": 0.0045, "q4_0": 0.13}


def tensors(path: Path) -> dict[str, tuple[str, np.ndarray]]:
    return {t.name: (t.tensor_type.name, dequantize(t.data, t.tensor_type)) for t in GGUFReader(path).tensors}


@pytest.mark.parametrize("kind", ["f16", "q8_0", "q4_0"])
def test_values_stay_within_the_type_s_error(tmp_path: Path, kind: str) -> None:
    source = tiny_gguf(tmp_path / "source.gguf")
    made = quantize(source, tmp_path / "made.gguf", kind)
    got = tensors(made.path)
    assert got["blk.0.attn_q.weight"][0] == kind.upper()
    for name, values in tiny_matrices().items():
        if name == "output.weight":
            continue
        blocks = (
            np.abs(values.reshape(-1, 8)).max()
            if values.size % 32
            else np.abs(values.reshape(-1, 32)).max(axis=1).repeat(32).reshape(values.shape)
        )
        assert (
            np.abs(got[name][1].reshape(values.shape) - values) <= LARGEST_ERROR[kind] * blocks + 1e-8
        ).all(), name
    assert (made.bytes_before, made.bytes_after) == (source.stat().st_size, made.path.stat().st_size)
    assert made.sha256 == disk.sha256_of(made.path, label="", progress=lambda *_: None)


def test_types_follow_llama_cpp(tmp_path: Path) -> None:
    made = quantize(tiny_gguf(tmp_path / "source.gguf"), tmp_path / "made.gguf", "q4_0")
    assert {name: kind for name, (kind, _) in tensors(made.path).items()} == {
        "token_embd.weight": "Q8_0",  # writes the next token too, so it is kept finer
        "blk.0.attn_norm.weight": "F32",
        "blk.0.attn_q.weight": "Q4_0",
        "blk.0.attn_q.bias": "F32",
        "blk.0.odd.weight": "F16",  # rows of 40 do not divide into blocks of 32
    }


def test_of_one_matrix_held_twice_the_finer_is_kept(tmp_path: Path) -> None:
    source = tiny_gguf(tmp_path / "source.gguf", {"token_embd.weight": Type.Q4_0, "output.weight": Type.Q8_0})
    got = tensors(quantize(source, tmp_path / "made.gguf", "q8_0").path)
    assert "output.weight" not in got
    held = {t.name: t for t in GGUFReader(source).tensors}["output.weight"]
    np.testing.assert_array_equal(got["token_embd.weight"][1], dequantize(held.data, held.tensor_type))


def test_two_different_embeddings_are_both_kept(tmp_path: Path) -> None:
    values = tiny_matrices()
    values["output.weight"] = tiny_matrices(seed=8)["output.weight"]
    source = tiny_gguf(tmp_path / "source.gguf", tensors=values)
    got = tensors(quantize(source, tmp_path / "made.gguf", "q4_0").path)
    assert got["output.weight"][0] == "Q8_0"
    assert got["token_embd.weight"][0] == "Q4_0"


def test_metadata_is_kept_but_for_what_is_no_longer_true(tmp_path: Path) -> None:
    source = tiny_gguf(tmp_path / "source.gguf")
    made = quantize(source, tmp_path / "made.gguf", "q8_0", label={"general.license": "apache-2.0"})
    before, after = GGUFReader(source).fields, GGUFReader(made.path).fields
    changed = {"GGUF.version", "GGUF.tensor_count", "GGUF.kv_count", "general.file_type"}
    assert set(before) - set(after) == {"quantize.imatrix.entries_count"}
    assert set(after) - set(before) == {"general.license", "general.quantization_version"}
    for key in (set(before) & set(after)) - changed:
        assert (after[key].contents(), after[key].types) == (before[key].contents(), before[key].types), key
    assert after["general.file_type"].contents() == 7
    assert after["general.quantization_version"].contents() == 2


def test_weights_that_are_of_the_type_already_are_refused(tmp_path: Path) -> None:
    first = quantize(tiny_gguf(tmp_path / "source.gguf"), tmp_path / "first.gguf", "q8_0").path
    with pytest.raises(OperatorError, match="is q8_0 already"):
        quantize(first, tmp_path / "second.gguf", "q8_0")
    assert not (tmp_path / "second.gguf").exists()


@pytest.mark.parametrize("spoil", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(tmp_path: Path, spoil: float) -> None:
    values = tiny_matrices()
    values["blk.0.attn_q.weight"][3, 5] = spoil
    source = tiny_gguf(tmp_path / "source.gguf", tensors=values)
    with pytest.raises(OperatorError, match=r"blk\.0\.attn_q\.weight.*not finite"):
        quantize(source, tmp_path / "made.gguf", "q8_0")
    assert {path.suffix for path in tmp_path.iterdir()} == {".gguf", ".lock"}
    assert not (tmp_path / "made.gguf").exists()


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    source = tiny_gguf(tmp_path / "source.gguf")
    source.write_bytes(source.read_bytes()[:-200])
    with pytest.raises(OperatorError, match="its end is missing"):
        quantize(source, tmp_path / "made.gguf", "q8_0")


def test_a_disk_without_room_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tiny_gguf(tmp_path / "source.gguf")
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    with pytest.raises(OperatorError, match="is full"):
        quantize(source, tmp_path / "made.gguf", "q8_0")
    assert not list(tmp_path.glob("*made.gguf"))


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    made = quantize(
        tiny_gguf(tmp_path / "s.gguf"), tmp_path / "m.gguf", "q8_0", progress=lambda *step: told.append(step)
    )
    assert told[-1][1:] == (made.bytes_after, made.bytes_after)
