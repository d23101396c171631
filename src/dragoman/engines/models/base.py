"""The nouns of this room: what is wanted, what was found, and how the way there is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Quantization = Literal["q8_0", "q4_0", "f16"]
QUANTIZATIONS: tuple[Quantization, ...] = ("f16", "q8_0", "q4_0")
"""Types that can be made and served, the finest first."""


class Progress(Protocol):
    """Told how far one step is. Raising from it stops the work, which leaves nothing half-made."""

    def __call__(self, label: str, done: int, total: int, /) -> None:
        """`done` of `total` bytes of the step that `label` names, in words for the operator."""
        ...


class Say(Protocol):
    """Told, once each, the lines that the operator should read."""

    def __call__(self, line: str, /) -> None:
        """One line, without a line break."""
        ...


def unheard(*_told: object) -> None:
    """Listen to nothing: a `Progress` and a `Say` for callers without an operator in front of them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which weights to serve, as the settings have it.

    Attributes:
        name: a model of the catalogue.
        path: a GGUF file of the operator's own, which is taken as it is, or None.
        quantization: the type of the weights; without meaning where `path` is given.
        hubs: base addresses asked before the public ones.
        allow_stand_in: whether a model's stand-in may be taken when no hub answers.
    """

    name: str
    path: Path | None = None
    quantization: Quantization = "q8_0"
    hubs: Sequence[str] = ()
    allow_stand_in: bool = True


@dataclass(frozen=True, slots=True)
class ModelFile:
    """Weights that are ready to be loaded.

    Attributes:
        name: what the weights are called wherever a model is named; the stand-in has its own name.
        quantization: `q8_0`, `q4_0` or `f16`; for a file of the operator's own, the type most of it has.
        stand_in: these weights take the place of others.
        stands_in_for: the name of those others.
        licence: an SPDX identifier, or `unknown`.
        source: where the weights came from, for people.
    """

    path: Path
    name: str
    quantization: str
    stand_in: bool
    stands_in_for: str | None
    licence: str
    source: str
