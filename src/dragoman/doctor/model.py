"""The weights, and whether the model's languages were measured."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from dragoman.answers.levels import FOLDER, SUFFIX, Levels, model_key
from dragoman.doctor.base import Case, Finding, fail, megabytes, ok, skip, warn
from dragoman.engines.models.base import ModelFile
from dragoman.engines.models.catalogue import find
from dragoman.engines.models.disk import sha256_of
from dragoman.engines.models.info import read_info
from dragoman.engines.models.records import list_models, record_beside
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import OperatorError
from dragoman.nouns.level import Level


def weights(case: Case) -> Iterator[Finding]:
    """Look whether the weights are here and whole."""
    settings = case.settings.model
    if not case.local_engine:
        yield skip("model", "engine.urls names other servers, which have the weights.")
    elif settings.path is not None:
        yield _own(settings.path)
    else:
        yield _of_the_catalogue(case)


def levels(case: Case) -> Iterator[Finding]:
    """Look whether the levels of the model in use were measured."""
    model = _served_name(case)
    try:
        known = Levels.load(case.home)
    except OperatorError as error:
        yield fail("levels", str(error))
        return
    counts = {level: [code for code in LANGUAGES if known.of(model, code) is level] for level in Level}
    facts = {"model": model, **{level.value: codes for level, codes in counts.items()}}
    text = ", ".join(f"{len(codes)} languages {level}" for level, codes in counts.items() if codes)
    if model is None:
        yield skip("levels", "Which model answers is known once an engine or weights are there.", **facts)
    elif _measured(case.home, model):
        yield ok("levels", f"{model} was measured: {text}", **facts)
    else:
        how = "dragoman eval --save-levels measures it."
        yield warn("levels", f"{model} was never measured, so a careful guess holds ({text}): {how}", **facts)


def _own(path: Path) -> Finding:
    try:
        found = read_info(path)
    except OperatorError as error:
        return fail("model", f"{error} (model.path)", path=str(path))
    text = f"{path.name}, {found.quantization}, {megabytes(found.file_bytes)}; a file of your own has no sum to check"
    return ok("model", text, path=str(path), bytes=found.file_bytes)


def _of_the_catalogue(case: Case) -> Finding:
    settings = case.settings.model
    try:
        wanted = find(settings.name)
    except OperatorError as error:
        return fail("model", str(error))
    file = served_file(case)
    if file is None:
        text = f"{wanted.name} is not here yet: the first start fetches it, as does dragoman model fetch."
        return warn("model", text, model=wanted.name)
    facts = {"model": file.name, "path": str(file.path), "quantization": file.quantization}
    told = f"{file.name}, {file.quantization}, {megabytes(file.path.stat().st_size)}"
    if case.full and (wrong := _wrong_sum(file.path)):
        return fail("model", f"{told}: {wrong}", **facts)
    told += ", its sum is right" if case.full else ", as large as it should be (--full reads its sum)"
    if file.name != wanted.name:
        text = f"{told}. It stands in for {wanted.name}: dragoman model fetch looks for that one again."
        return warn("model", text, **facts)
    return ok("model", told, **facts)


def served_file(case: Case) -> ModelFile | None:
    """Return the file of the catalogue that a local engine would serve, or None."""
    settings = case.settings.model
    try:
        wanted = find(settings.name)
    except OperatorError:
        return None
    here = [one for one in list_models(case.home / "models") if one.quantization == settings.quantization]
    names = [wanted.name, wanted.stand_in if settings.allow_stand_in else None]
    return next((file for name in names for file in here if file.name == name), None)


def _wrong_sum(path: Path) -> str | None:
    record = record_beside(path)
    found = sha256_of(path, label=path.name, progress=lambda _label, _done, _total: None)
    if record is not None and found == record.sha256:
        return None
    return "its SHA-256 is not the recorded one, so it is damaged: dragoman model fetch gets it anew."


def _served_name(case: Case) -> str | None:
    if case.model is not None:
        return case.model
    if not case.local_engine:
        return case.live.engine.model
    if case.settings.model.path is not None:
        record = record_beside(case.settings.model.path)
        return record.name if record is not None else case.settings.model.path.stem
    file = served_file(case)
    return file.name if file is not None else None


def _measured(home: Path, model: str) -> bool:
    name = f"{model_key(model)}{SUFFIX}"
    return (home / FOLDER / name).is_file() or (resources.files("dragoman.answers") / FOLDER / name).is_file()
