"""The embedded server's files and its refusals."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg
import pytest

from dragoman.nouns.errors import OperatorError
from dragoman.storage.embedded import EmbeddedPostgres
from dragoman.storage.embedded.log import ServerLog

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="dragoman-test-") as name:
        Path(name).chmod(0o755)  # as root, the server's account must come through
        yield Path(name)


@pytest.fixture
def servers() -> Iterator[list[EmbeddedPostgres]]:
    started: list[EmbeddedPostgres] = []
    yield started
    for server in started:
        server.stop()


def asked(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.database
def test_what_is_acknowledged_is_on_disk_and_only_we_may_connect(postgres: str) -> None:
    assert asked(postgres, "SHOW fsync") == "on"
    assert asked(postgres, "SHOW synchronous_commit") == "on"
    assert asked(postgres, "SHOW full_page_writes") == "on"
    assert asked(postgres, "SHOW data_checksums") == "on"
    assert asked(postgres, "SHOW server_encoding") == "UTF8"
    assert asked(postgres, "SHOW listen_addresses") == ""
    assert asked(postgres, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert asked(postgres, "SELECT 'É' ILIKE 'é' AND 'a' < 'b' AND 'B' < 'a'") is True
    assert asked(postgres, "SELECT extname FROM pg_extension WHERE extname = 'vector'") == "vector"
    with psycopg.connect(postgres) as connection:
        socket = Path(connection.info.host)
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres, password="guessed")
    with pytest.raises(psycopg.OperationalError, match="pg_hba"):
        psycopg.connect(postgres, user="postgres")


@pytest.mark.database
def test_a_home_out_of_the_servers_reach(folder: Path, servers: list[EmbeddedPostgres]) -> None:
    """As root below a closed folder the data goes elsewhere, with a note; as an ordinary user it stays."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    home, elsewhere = closed / "home", folder / "elsewhere"
    first = EmbeddedPostgres(home, elsewhere=elsewhere)
    servers.append(first)
    with psycopg.connect(first.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    first.stop()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    note = home / "postgres" / "elsewhere"
    assert note.exists() == AS_ROOT
    again = EmbeddedPostgres(home, elsewhere=elsewhere)
    servers.append(again)
    assert asked(again.start(), "SELECT one FROM kept") == 1
    if AS_ROOT:
        again.stop()
        place = Path(note.read_text().strip())
        assert place.parent == elsewhere
        place.rename(folder / "moved")
        with pytest.raises(OperatorError, match="is not there"):
            again.start()


@pytest.mark.database
def test_life_of_a_server(folder: Path, servers: list[EmbeddedPostgres]) -> None:
    """One story, since every beginning costs a second: restarts, refusals, a lost password, a deep home."""
    home = folder / ("deep" * 30)
    server = EmbeddedPostgres(home)
    servers.append(server)
    assert not server.alive()
    assert server.pid is None
    url = server.start()
    pid = server.pid
    assert pid is not None
    assert (server.start(), server.pid, server.alive()) == (url, pid, True)
    assert os.getpgid(pid) == pid != os.getpgid(0)  # a terminal's Ctrl-C does not reach it
    assert (psutil.Process(pid).uids().real == 0) is False
    for name in ("password", "lock"):
        assert (home / "postgres" / name).stat().st_uid == os.geteuid()
    assert stat.S_IMODE((home / "postgres" / "password").stat().st_mode) == 0o600

    with pytest.raises(OperatorError, match=f"process {os.getpid()}"):
        EmbeddedPostgres(home).start()

    server.stop()
    server.stop()
    assert not server.alive()
    (home / "postgres" / "password").unlink()
    assert asked(server.start(), "SELECT 1") == 1

    server.stop()
    version = home / "postgres" / "data" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(OperatorError, match="written by PostgreSQL 17, this Dragoman brings 18"):
        server.start()
    version.write_text("18\n")
    assert asked(server.start(), "SELECT 1") == 1
    assert "ready to accept connections" in (home / "log" / "postgres.log").read_text()


@pytest.mark.database
def test_a_server_that_cannot_start_says_why(folder: Path, servers: list[EmbeddedPostgres]) -> None:
    server = EmbeddedPostgres(folder)
    servers.append(server)
    server.start()
    server.stop()
    (folder / "postgres" / "data" / "global" / "pg_control").unlink()
    with pytest.raises(OperatorError, match=r"does not start: .*pg_control.*postgres\.log"):
        server.start()
    assert not server.alive()


@pytest.mark.database
def test_a_server_that_ignores_the_polite_signals_is_stopped(
    folder: Path, servers: list[EmbeddedPostgres]
) -> None:
    server = EmbeddedPostgres(folder)
    servers.append(server)
    url = server.start()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    assert server.pid is not None
    psutil.Process(server.pid).send_signal(signal.SIGSTOP)
    server.stop(timeout=0.1)
    assert not server.alive()
    assert asked(server.start(), "SELECT one FROM kept") == 1


def test_a_home_that_cannot_be_made(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(OperatorError, match="home folder cannot be used"):
        EmbeddedPostgres(folder / "file" / "home").start()


def test_the_log_is_bounded_while_the_server_writes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dragoman.storage.embedded.log._LARGEST", 100)
    log = ServerLog(folder / "log")
    with log.open() as server:
        server.write(b"x" * 101)
        log.trim()
        server.write(b"2026 UTC [1] FATAL:  the disk is full\nafterwards\n")
    assert log.path.read_bytes().startswith(b"2026")
    assert log.path.with_suffix(".log.1").read_bytes() == b"x" * 101
    assert log.complaint(0) == "the disk is full"
    assert log.complaint(log.size()) == "it said nothing"
