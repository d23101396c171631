"""Reads statements from `sql/*.sql`, where each stands under a line `-- name: ...`."""

import re
from collections.abc import Mapping
from importlib import resources

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def load(file: str) -> Mapping[str, bytes]:
    """Return the statements of `sql/<file>` by name, as bytes: text that is known, not put together."""
    text = (resources.files("dragoman.storage.sql") / file).read_text(encoding="utf-8")
    _, *parts = _NAME.split(text)
    names, statements = parts[::2], parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{file} has two statements of one name")
    return {name: statement.strip().encode() for name, statement in zip(names, statements, strict=True)}
