"""GGUF files of a few kilobytes, with the tensors that matter, for tests."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize
from numpy.typing import NDArray

WIDTH, ROWS = 256, 12


def tiny_matrices(seed: int = 7) -> dict[str, NDArray[np.float32]]:
    """Return a model's tensors as floats: input and output embedding are one matrix."""
    draw = np.random.default_rng(seed)

    def matrix(rows: int, width: int) -> NDArray[np.float32]:
        return draw.normal(0, 0.05, (rows, width)).astype(np.float32)

    embedding = matrix(ROWS, WIDTH)
    return {
        "token_embd.weight": embedding,
        "blk.0.attn_norm.weight": matrix(1, WIDTH)[0],
        "blk.0.attn_q.weight": matrix(2 * ROWS, WIDTH),
        "blk.0.attn_q.bias": matrix(1, 2 * ROWS)[0],
        "blk.0.odd.weight": matrix(4, 40),
        "output.weight": embedding,
    }


def tiny_gguf(
    path: Path,
    types: Mapping[str, GGMLQuantizationType] | None = None,
    tensors: Mapping[str, NDArray[np.float32]] | None = None,
) -> Path:
    """Write a small model to `path`; tensors not named in `types` are F32."""
    writer = GGUFWriter(path, "qwen2")
    writer.add_name("Tiny")
    writer.add_file_type(15)
    writer.add_context_length(128)
    writer.add_block_count(1)
    writer.add_embedding_length(WIDTH)
    writer.add_head_count(8)
    writer.add_head_count_kv(2)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([f"token {n}" for n in range(ROWS)])
    writer.add_token_scores([float(n) for n in range(ROWS)])
    writer.add_chat_template("{{ messages }}")
    writer.add_uint32("quantize.imatrix.entries_count", 3)
    for name, values in (tensors or tiny_matrices()).items():
        kind = (types or {}).get(name, GGMLQuantizationType.F32)
        writer.add_tensor(name, quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def tiny_wheel(folder: Path, package: str, version: str, member: str, content: bytes) -> Path:
    """Write a data-only wheel of one member, as pip takes it."""
    module = package.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(member, content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path
