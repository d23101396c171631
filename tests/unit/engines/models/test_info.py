import struct
from pathlib import Path

import pytest
from gguf import GGMLQuantizationType as Type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.engines.models.gguf_header import read_header
from dragoman.engines.models.info import read_info
from dragoman.nouns.errors import OperatorError
from dragoman.testing.tiny_model import tiny_gguf, tiny_matrices


def test_a_model_is_described(tmp_path: Path) -> None:
    info = read_info(tiny_gguf(tmp_path / "tiny.gguf", {"blk.0.attn_q.weight": Type.Q8_0}))
    assert (info.architecture, info.title, info.layers, info.context_tokens) == ("qwen2", "Tiny", 1, 128)
    assert (info.vocabulary, info.tokenizer, info.chat_template) == (12, "gpt2", True)
    assert info.parameters == sum(values.size for values in tiny_matrices().values())
    assert info.tensor_types == {"f32": 5, "q8_0": 1}
    assert info.licence == "unknown"
    # One layer, two groups of width 256 / 8, a key and a value of two bytes each, for 128 tokens.
    assert info.memory.kv_cache == 1 * 2 * 32 * 2 * 2 * 128
    assert info.memory.total == info.memory.weights + info.memory.kv_cache + info.memory.overhead


def test_where_the_weights_lie_agrees_with_the_reader_of_ggml(tmp_path: Path) -> None:
    from gguf import GGUFReader

    path = tiny_gguf(tmp_path / "tiny.gguf", {"token_embd.weight": Type.Q4_0})
    ours = [(t.name, t.type, t.shape, t.start, t.bytes) for t in read_header(path).tensors]
    theirs = [
        (t.name, t.tensor_type, tuple(t.shape.tolist()), t.data_offset, t.n_bytes)
        for t in GGUFReader(path).tensors
    ]
    assert ours == theirs


def head(*fields: bytes, tensors: int = 0) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, len(fields)) + b"".join(fields)


def string(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


HOSTILE = {
    "empty": b"",
    "other magic": b"PK\x03\x04" + bytes(100),
    "version 1": b"GGUF" + struct.pack("<IQQ", 1, 0, 0),
    "big endian": b"GGUF" + struct.pack(">IQQ", 3, 0, 0),
    "endless metadata": b"GGUF" + struct.pack("<IQQ", 3, 0, 2**63),
    "endless tensors": b"GGUF" + struct.pack("<IQQ", 3, 2**63, 0),
    "endless key": head(struct.pack("<Q", 2**63)),
    "endless string": head(string(b"k") + struct.pack("<IQ", 8, 2**40)),
    "endless array": head(string(b"k") + struct.pack("<IIQ", 9, 4, 2**62)),
    "endless array of strings": head(string(b"k") + struct.pack("<IIQ", 9, 8, 2**62)),
    "array in an array": head(string(b"k") + struct.pack("<IIQ", 9, 9, 1)),
    "unknown value": head(string(b"k") + struct.pack("<I", 99)),
    "same key twice": head(*[string(b"k") + struct.pack("<IB", 0, 1)] * 2),
    "alignment 0": head(string(b"general.alignment") + struct.pack("<II", 4, 0)),
    "unknown tensor": head(tensors=1) + string(b"t") + struct.pack("<IQIQ", 1, 32, 250, 0),
    "99 dimensions": head(tensors=1) + string(b"t") + struct.pack("<I", 99),
    "enormous tensor": head(tensors=1) + string(b"t") + struct.pack("<I4QIQ", 4, *[2**62] * 4, 0, 0),
    "tensor at an odd place": head(tensors=1) + string(b"t") + struct.pack("<IQIQ", 1, 1, 0, 7) + bytes(64),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.gguf"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(OperatorError, match="is not a whole GGUF file") as caught:
        read_info(path)
    assert "\n" not in str(caught.value)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="cannot be read"):
        read_info(tmp_path)


def only_operator_errors(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        read_info(path)
    except OperatorError:
        return


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_any_bytes_after_the_magic_are_read_or_refused(tmp_path: Path, rest: bytes) -> None:
    only_operator_errors(tmp_path / "any.gguf", b"GGUF\x03\x00\x00\x00" + rest)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_model_with_bytes_changed_or_cut_is_read_or_refused(
    tmp_path: Path, weights: bytes, data: st.DataObject
) -> None:
    changed = bytearray(weights)
    for _ in range(data.draw(st.integers(1, 4))):
        # Mostly in the head, where it matters.
        changed[data.draw(st.integers(0, 1400))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.none() | st.integers(0, len(changed)))
    only_operator_errors(tmp_path / "changed.gguf", bytes(changed[:cut]))
