import os
import time
from pathlib import Path

import pytest

from dragoman.engines.local.conversion import converted, is_whole, place_of
from dragoman.nouns.errors import OperatorError

PARTS = [
    f"openvino_{part}.{kind}" for part in ("model", "tokenizer", "detokenizer") for kind in ("xml", "bin")
]


class Converter:
    """Writes what OpenVINO would, and counts how often."""

    def __init__(self) -> None:
        self.calls = 0
        self.fails: Exception | None = None

    async def __call__(self, weights: Path) -> None:
        self.calls += 1
        self._write(weights)
        if self.fails is not None:
            raise self.fails

    def _write(self, weights: Path) -> None:
        assert weights.read_bytes().startswith(b"GGUF")
        for name in PARTS:
            weights.with_name(name).write_bytes(b"converted")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + bytes(4_000_000))
    return path


@pytest.fixture
def convert() -> Converter:
    return Converter()


async def test_it_is_made_once_and_kept(weights: Path, convert: Converter) -> None:
    place = place_of(weights)
    await converted(weights, place, convert)
    await converted(weights, place, convert)
    assert convert.calls == 1
    assert sorted(file.name for file in place.iterdir()) == sorted([*PARTS, "manifest.json"])
    assert sorted(path.name for path in weights.parent.iterdir()) == ["model.gguf", "model.gguf.openvino"]


def _truncate(weights: Path, place: Path) -> None:
    (place / "openvino_model.bin").write_bytes(b"half")


def _lose_a_file(weights: Path, place: Path) -> None:
    (place / "openvino_tokenizer.xml").unlink()


def _break_the_manifest(weights: Path, place: Path) -> None:
    (place / "manifest.json").write_text("{")


def _another_version(weights: Path, place: Path) -> None:
    manifest = place / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"openvino": "', '"openvino": "0.'))


def _other_weights(weights: Path, place: Path) -> None:
    stamp = weights.stat().st_mtime_ns
    weights.write_bytes(b"GGUF" + b"\x01" + bytes(3_999_999))
    os.utime(weights, ns=(stamp, stamp))


@pytest.mark.parametrize(
    "harm", [_truncate, _lose_a_file, _break_the_manifest, _another_version, _other_weights]
)
async def test_what_does_not_belong_is_made_anew(weights: Path, convert: Converter, harm) -> None:
    place = place_of(weights)
    await converted(weights, place, convert)
    harm(weights, place)
    assert not is_whole(place, weights)
    await converted(weights, place, convert)
    assert convert.calls == 2
    assert is_whole(place, weights)


async def test_nothing_half_made_is_left(weights: Path, convert: Converter) -> None:
    convert.fails = OperatorError("cannot be read")
    with pytest.raises(OperatorError):
        await converted(weights, place_of(weights), convert)
    assert [path.name for path in weights.parent.iterdir()] == ["model.gguf"]


async def test_what_a_killed_conversion_left_is_swept(weights: Path, convert: Converter) -> None:
    left = weights.parent / ".model.gguf.openvino.abc"
    left.mkdir()
    (left / "openvino_model.bin").write_bytes(b"half")
    long_ago = time.time() - 7200
    os.utime(left, (long_ago, long_ago))
    await converted(weights, place_of(weights), convert)
    assert not left.exists()


async def test_it_can_be_kept_elsewhere(weights: Path, convert: Converter, tmp_path: Path) -> None:
    place = place_of(weights, tmp_path / "elsewhere")
    await converted(weights, place, convert)
    assert place.parent == tmp_path / "elsewhere"
    assert is_whole(place, weights)
