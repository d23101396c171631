"""Fixtures for tests marked `database`: one embedded PostgreSQL a session, a database of its own for each test."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from dragoman.storage.embedded import EmbeddedPostgres
from dragoman.storage.migrate import migrate

_TEMPLATE = "migrated"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Run a server in a home of its own for the whole session; its URL, with a database that holds nothing."""
    # Not below pytest's own folder, which is closed: as root, the server runs under another account.
    with tempfile.TemporaryDirectory(prefix="dragoman-test-") as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder))
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture(scope="session")
def migrated_template(postgres: str) -> str:
    """Make a database with the schema in place, to be copied; its name."""
    _execute(postgres, f"CREATE DATABASE {_TEMPLATE}")
    migrate(_named(postgres, _TEMPLATE))
    return _TEMPLATE


@pytest.fixture
def database_url(postgres: str, migrated_template: str) -> Iterator[str]:
    """The URL of a fresh database with the schema in place, gone after the test."""
    yield from _fresh(postgres, f"TEMPLATE {migrated_template}")


@pytest.fixture
def empty_database_url(postgres: str) -> Iterator[str]:
    """The URL of a fresh database with nothing in it, gone after the test."""
    yield from _fresh(postgres, "")


def _fresh(postgres: str, how: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    _execute(postgres, f"CREATE DATABASE {name} {how}")
    try:
        yield _named(postgres, name)
    finally:
        _drop(postgres, name)


def _drop(postgres: str, name: str) -> None:
    try:
        _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")
    except psycopg.errors.InsufficientPrivilege:
        # An autovacuum worker is at it, which only a superuser may end; without FORCE the server itself ends it.
        _execute(postgres, f"DROP DATABASE {name}")


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def _named(url: str, name: str) -> str:
    return make_conninfo(url, dbname=name)
