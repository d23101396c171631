"""The folder of models: each file with a small record beside it that says what it is and where it came from."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dragoman.engines.models.base import QUANTIZATIONS, ModelFile, Quantization
from dragoman.engines.models.catalogue import CATALOGUE, CatalogueModel
from dragoman.engines.models.disk import write_whole


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a model file. `bytes` is its size, `sha256` its sum, `source` for people."""

    name: str
    quantization: Quantization
    bytes: int
    sha256: str
    source: str

    def save(self, folder: Path) -> None:
        """Write it beside the file."""
        write_whole(
            model_path(folder, self.name, self.quantization).with_suffix(".json"),
            json.dumps(asdict(self), indent=2) + "\n",
        )


def model_path(folder: Path, name: str, quantization: Quantization) -> Path:
    """Return where a model of the catalogue is kept."""
    return folder / f"{name}-{quantization}.gguf"


def read_record(folder: Path, name: str, quantization: Quantization) -> Record | None:
    """Return the record of a file that is there in the recorded size, otherwise None."""
    record = record_beside(model_path(folder, name, quantization))
    return record if record and (record.name, record.quantization) == (name, quantization) else None


def record_beside(path: Path) -> Record | None:
    """Return the record that lies beside a model file, if the file has the recorded size, otherwise None."""
    try:
        fields: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        record = Record(**fields)
        return record if record.bytes == path.stat().st_size else None
    except (OSError, ValueError, TypeError):
        return None


def list_models(folder: Path, catalogue: Mapping[str, CatalogueModel] = CATALOGUE) -> list[ModelFile]:
    """Return the models of the catalogue that are ready in `folder`, in the catalogue's order."""
    return list(_ready(folder, catalogue))


def _ready(folder: Path, catalogue: Mapping[str, CatalogueModel]) -> Iterator[ModelFile]:
    for model in catalogue.values():
        for quantization in QUANTIZATIONS:
            record = read_record(folder, model.name, quantization)
            if record is not None:
                yield as_model_file(folder, model, record)


def as_model_file(
    folder: Path, model: CatalogueModel, record: Record, *, instead_of: CatalogueModel | None = None
) -> ModelFile:
    """Return a recorded file as what can be loaded; `instead_of` is the model it stands in for."""
    return ModelFile(
        path=model_path(folder, model.name, record.quantization),
        name=model.name,
        quantization=record.quantization,
        stand_in=instead_of is not None,
        stands_in_for=instead_of.name if instead_of is not None else None,
        licence=model.licence,
        source=record.source,
    )
