"""Looks at a database without changing it, for `dragoman doctor`."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
from psycopg.rows import DictRow, dict_row

from dragoman.storage.migrate import OLDEST_SERVER, known
from dragoman.storage.pool import connection_string, translated
from dragoman.storage.queries import load

_SQL = load("examine.sql")
_Connection = psycopg.Connection[DictRow]


@dataclass(frozen=True, slots=True)
class Counts:
    """What is in the database; jobs that failed are those of the last week.

    Attributes:
        version: of the knowledge.
        passages: by the embedder that made their vectors.
        approved: answers in one language each.
    """

    version: int
    documents: int
    passages: Mapping[str, int]
    approved: int
    failed_jobs: int
    waiting_jobs: int


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found.

    Attributes:
        version: PostgreSQL's.
        complaints: why it cannot be used, and what to do.
        bytes: the size of the database on disk.
        connections, most_connections: of all databases of the server.
        clock_ahead: seconds by which its clock is ahead of this machine's; None where the answer took too long to tell.
        vector: pgvector's version in this database, or None.
        vector_available: the version that the server could take into use.
        applied, missing, unknown, altered: names of the schema's steps; unknown ones are a newer program's.
        counts: what is in it; None where the schema is not up to date.
    """

    version: str
    complaints: tuple[str, ...]
    bytes: int
    connections: int
    most_connections: int
    clock_ahead: float | None
    vector: str | None
    vector_available: str | None
    applied: tuple[str, ...] = field(default=())
    missing: tuple[str, ...] = field(default=())
    unknown: tuple[str, ...] = field(default=())
    altered: tuple[str, ...] = field(default=())
    counts: Counts | None = None


def examine(url: str) -> Examination:
    """Look at the database at `url`, in transactions that can only read. Blocks for some milliseconds.

    Raises:
        StorageUnavailableError: it cannot be reached.
        OperatorError: its address cannot be read.
    """
    with translated(), _Connection.connect(connection_string(url), row_factory=dict_row) as connection:
        connection.read_only = True
        asked = time.time()
        server = _row(connection, "server")
        answered = time.time()
        has_schema: bool = server.pop("has_schema")
        applied = _applied(connection) if has_schema else {}
        ours = {step.name: step.checksum for step in known()}
        missing = tuple(name for name in ours if name not in applied)
        unknown = tuple(sorted(applied.keys() - ours.keys()))
        usable = not missing and not unknown
        now: float = server.pop("now")
        major, encoding = server.pop("major"), server.pop("encoding")
        return Examination(
            complaints=_complaints(major, encoding),
            # The moment of the answer lies between asking and hearing.
            clock_ahead=now - (asked + answered) / 2 if answered - asked < 1 else None,
            applied=tuple(applied),
            missing=missing,
            unknown=unknown,
            altered=tuple(name for name, of in applied.items() if ours.get(name, of) != of),
            counts=Counts(**_row(connection, "counts")) if usable else None,
            **server,
        )


def _row(connection: _Connection, name: str) -> DictRow:
    row = connection.execute(_SQL[name]).fetchone()
    assert row is not None, "counts have one row"
    return row


def _applied(connection: _Connection) -> dict[str, str]:
    rows = connection.execute(_SQL["steps"]).fetchall()
    return {row["name"]: row["checksum"] for row in rows}


def _complaints(major: int, encoding: str) -> tuple[str, ...]:
    found: list[str] = []
    if major < OLDEST_SERVER:
        found.append(f"it is too old, use {OLDEST_SERVER} or newer")
    if encoding != "UTF8":
        found.append(f"it is in {encoding}, make one with ENCODING 'UTF8'")
    return tuple(found)
