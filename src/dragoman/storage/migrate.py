"""Brings a database's schema up to date, one numbered file of `migrations/` after the other."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import psycopg
from psycopg import errors

from dragoman.nouns.errors import OperatorError
from dragoman.storage.pool import connection_string, translated
from dragoman.watching.logs import logger

OLDEST_SERVER = 15
# Any number will do, as long as every desk takes the same: `drag` in ASCII.
_LOCK = 0x64726167
_TABLE = b"""
    CREATE TABLE IF NOT EXISTS schema_migration (
        name text PRIMARY KEY,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""

_EXTENSION = b"CREATE EXTENSION IF NOT EXISTS vector"
# What CREATE EXTENSION fails with: the right is missing, or (by the server's version) the extension's files are.
_NO_EXTENSION = (errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.UndefinedFile)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: its file's name without the suffix, and its SQL."""

    name: str
    sql: bytes

    @property
    def checksum(self) -> str:
        """SHA-256 of the SQL, in hexadecimal."""
        return hashlib.sha256(self.sql).hexdigest()


def known() -> Sequence[Migration]:
    """Return the steps that this program knows, in order."""
    files = resources.files("dragoman.storage.migrations").iterdir()
    steps = [Migration(file.name[:-4], file.read_bytes()) for file in files if file.name.endswith(".sql")]
    return sorted(steps, key=lambda step: step.name)


def migrate(url: str, steps: Sequence[Migration] | None = None) -> Sequence[str]:
    """Apply the steps (by default all that are known) that the database has not had; return their names.

    Each is a transaction. Several desks may start at once: one applies them while the others wait. Blocks.

    Raises:
        StorageUnavailableError: the database cannot be reached.
        OperatorError: it is too old, not in UTF-8, not ours to change, newer than this program, or altered.
    """
    with translated():
        try:
            with psycopg.connect(connection_string(url), autocommit=True) as connection:
                _check_server(connection)
                connection.execute(b"SELECT pg_advisory_lock(%s)", (_LOCK,))  # let go of with the connection
                return _bring_up_to_date(connection, known() if steps is None else steps)
        except errors.InsufficientPrivilege as error:
            raise OperatorError(
                "the database's user may not make tables: "
                "GRANT CREATE ON SCHEMA public to it, or make it the owner of the database"
            ) from error


def _check_server(connection: psycopg.Connection) -> None:
    major = connection.info.server_version // 10000
    if major < OLDEST_SERVER:
        raise OperatorError(f"the database is PostgreSQL {major}: use {OLDEST_SERVER} or newer")
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise OperatorError(f"the database is in {encoding}: make one with ENCODING 'UTF8'")


def _bring_up_to_date(connection: psycopg.Connection, steps: Sequence[Migration]) -> Sequence[str]:
    connection.execute(_TABLE)
    applied = dict(connection.execute(b"SELECT name, checksum FROM schema_migration").fetchall())
    _check_history(applied, steps)
    missing = [step for step in steps if step.name not in applied]
    for step in missing:
        _apply(connection, step)
        logger.info("database_migrated", step=step.name)
    return [step.name for step in missing]


def _apply(connection: psycopg.Connection, step: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute(step.sql)
            connection.execute(
                b"INSERT INTO schema_migration (name, checksum) VALUES (%s, %s)", (step.name, step.checksum)
            )
    except _NO_EXTENSION as error:
        if _EXTENSION not in step.sql or _has_vector(connection):
            raise
        raise OperatorError(
            "the database has no pgvector: install pgvector on the server "
            "and run CREATE EXTENSION vector in this database as its administrator"
        ) from error


def _has_vector(connection: psycopg.Connection) -> bool:
    return connection.execute(b"SELECT FROM pg_extension WHERE extname = 'vector'").fetchone() is not None


def _check_history(applied: dict[str, str], steps: Sequence[Migration]) -> None:
    ours = {step.name: step.checksum for step in steps}
    if unknown := sorted(applied.keys() - ours.keys()):
        raise OperatorError(
            f"the database is newer than this program (it has {unknown[-1]}): start the newer Dragoman, or restore an older backup"
        )
    if altered := sorted(name for name, checksum in applied.items() if ours[name] != checksum):
        raise OperatorError(
            f"the database was made by another version of step {altered[0]}: "
            "install a released Dragoman, or begin with a new database"
        )
