"""A server of one's own that has no pgvector, or a user who may not put it into the database: one line says what to do."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from dragoman.nouns.errors import OperatorError
from dragoman.storage.migrate import Migration, migrate

pytestmark = pytest.mark.database

NEEDS_VECTOR = Migration(
    "0001_vector", b"CREATE EXTENSION IF NOT EXISTS vector; CREATE TABLE v (at vector(3))"
)


@pytest.fixture
def bare_url(postgres: str) -> Iterator[str]:
    """The URL of a database without the extension, whose user may make tables but no extensions."""
    name = f"bare_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        try:
            url = make_conninfo(postgres, dbname=name)
            server.execute(f"REVOKE CREATE ON DATABASE {name} FROM current_user".encode())
            yield url
        finally:
            server.execute(f"DROP DATABASE {name}".encode())


def test_a_user_without_the_right_is_told_to_ask_the_administrator(bare_url: str) -> None:
    with pytest.raises(
        OperatorError, match=r"install pgvector on the server and run CREATE EXTENSION vector"
    ):
        migrate(bare_url, [NEEDS_VECTOR])
    with psycopg.connect(bare_url) as connection:
        assert connection.execute("SELECT to_regclass('v')").fetchone() == (None,)


def test_a_server_without_pgvector(bare_url: str) -> None:
    """An extension that no server has stands in for the missing files: the server's own error for them."""
    absent = Migration("0001_absent", b"CREATE EXTENSION absent; CREATE EXTENSION IF NOT EXISTS vector")
    with pytest.raises(OperatorError, match="the database has no pgvector"):
        migrate(bare_url, [absent])


def test_where_the_extension_is_there_already_no_right_is_needed(empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as owner:
        name = owner.info.dbname
        owner.execute(f"REVOKE CREATE ON DATABASE {name} FROM current_user".encode())
    assert migrate(empty_database_url, [NEEDS_VECTOR]) == ["0001_vector"]


def test_another_missing_right_is_not_taken_for_the_extension(bare_url: str) -> None:
    other = Migration("0001_other", b"CREATE SCHEMA elsewhere")
    with pytest.raises(OperatorError, match="the database's user may not make tables"):
        migrate(bare_url, [other])
