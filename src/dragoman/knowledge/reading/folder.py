"""The documents in a folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from dragoman.knowledge.reading.kinds import SUFFIXES
from dragoman.nouns.errors import KnowledgeRefusedError, OperatorError

MOST_FILES = 10_000


def walk_folder(folder: Path, *, max_files: int = MOST_FILES) -> list[Path]:
    """Return the files in `folder` and in the folders below it that can be read, sorted by path.

    Hidden files and folders, other types, and links that lead out of the folder are passed over.

    Raises:
        OperatorError: there is no such folder.
        KnowledgeRefusedError: more than `max_files` would be returned.
    """
    if not folder.is_dir():
        raise OperatorError(f"there is no folder {folder}")
    found: list[Path] = []
    for path in _files(folder):
        if len(found) == max_files:
            raise KnowledgeRefusedError(
                f"{folder} holds more than {max_files} documents; add its folders one by one"
            )
        found.append(path)
    return sorted(found)


def _files(folder: Path) -> Iterator[Path]:
    top = folder.resolve()
    for here, folders, names in os.walk(folder):
        # os.walk does not follow links to folders; links to files are looked at below.
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        for name in names:
            path = Path(here, name)
            hidden = name.startswith((".", "~$"))
            if not hidden and path.suffix.lower() in SUFFIXES and _is_inside(path, top):
                yield path


def _is_inside(path: Path, top: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(top) and path.is_file()
    except (OSError, RuntimeError):
        return False
