"""Schema steps are applied once, in order, by whichever desk comes first."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from dragoman.nouns.errors import OperatorError, StorageUnavailableError
from dragoman.storage.migrate import Migration, known, migrate
from dragoman.storage.queries import load

FIRST = Migration("0001_first", b"CREATE TABLE first (id int); INSERT INTO first VALUES (1)")
SECOND = Migration("0002_second", b"ALTER TABLE first ADD COLUMN name text")
BROKEN = Migration("0003_broken", b"CREATE TABLE third (id int); SELECT 1 / 0")


def test_steps_are_numbered_without_gaps() -> None:
    assert [int(step.name[:4]) for step in known()] == list(range(1, len(known()) + 1))


def test_every_statement_has_a_name() -> None:
    statements = load("conversations.sql")
    assert all(statement.rstrip().endswith(b";") for statement in statements.values())
    assert {"accept", "finish", "erase"} <= statements.keys()


@pytest.mark.database
class TestMigrate:
    def test_applies_what_is_missing(self, empty_database_url: str) -> None:
        assert migrate(empty_database_url, [FIRST]) == ["0001_first"]
        assert migrate(empty_database_url, [FIRST, SECOND]) == ["0002_second"]
        assert migrate(empty_database_url, [FIRST, SECOND]) == []

    def test_several_desks_at_once(self, empty_database_url: str) -> None:
        with ThreadPoolExecutor(8) as desks:
            applied = list(desks.map(lambda _: migrate(empty_database_url, [FIRST, SECOND]), range(8)))
        assert sorted(map(len, applied)) == [0] * 7 + [2]

    def test_a_broken_step_leaves_nothing(self, empty_database_url: str) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrate(empty_database_url, [FIRST, SECOND, BROKEN])
        with psycopg.connect(empty_database_url) as connection:
            assert connection.execute("SELECT to_regclass('third')").fetchone() == (None,)
        assert migrate(empty_database_url, [FIRST, SECOND]) == []

    def test_an_altered_step_is_refused(self, empty_database_url: str) -> None:
        migrate(empty_database_url, [FIRST])
        altered = Migration(FIRST.name, FIRST.sql + b" -- changed")
        with pytest.raises(OperatorError, match="another version of step 0001_first"):
            migrate(empty_database_url, [altered])

    def test_a_newer_database_is_refused(self, empty_database_url: str) -> None:
        migrate(empty_database_url, [FIRST, SECOND])
        with pytest.raises(OperatorError, match=r"newer than this program.*0002_second"):
            migrate(empty_database_url, [FIRST])

    def test_an_older_server_is_refused(
        self, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("dragoman.storage.migrate.OLDEST_SERVER", 99)
        with pytest.raises(OperatorError, match="use 99 or newer"):
            migrate(empty_database_url)

    def test_a_user_without_rights_is_told_what_to_grant(self, empty_database_url: str) -> None:
        with psycopg.connect(empty_database_url) as connection:
            connection.execute("REVOKE CREATE ON SCHEMA public FROM pg_database_owner")
        with pytest.raises(OperatorError, match="GRANT CREATE ON SCHEMA public"):
            migrate(empty_database_url)

    def test_no_database_of_that_name(self, postgres: str) -> None:
        with pytest.raises(StorageUnavailableError, match="does not exist"):
            migrate(postgres.replace("/dragoman?", "/nowhere?"))
