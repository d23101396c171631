"""What the doctor and the scrapes see of a database, and that neither changes it."""

import psycopg
import pytest
from prometheus_client import CollectorRegistry

from dragoman.nouns.errors import OperatorError, StorageUnavailableError
from dragoman.storage.examine import examine
from dragoman.storage.measures import DatabaseMeasures
from dragoman.storage.migrate import known
from dragoman.storage.pool import Database

DOCUMENT = """
    INSERT INTO source (id, kind, location, digest, bytes, media_type) VALUES ('s', 'text', 'here', 'd', 1, 'text/plain');
    INSERT INTO document (id, source, title, language, content_hash) VALUES ('d', 's', 'Title', 'fr', 'h');
    INSERT INTO passage (document, place, headings, language, text, version, embedding, embedded_by, words)
    VALUES ('d', 0, '{}', 'fr', 'Texte', 1, '[1,0]', 'old', '{}'), ('d', 1, '{}', 'fr', 'Texte', 1, '[1,0]', 'new', '{}');
"""
JOBS = """
    INSERT INTO job (id, kind, subject, arguments, state, ended_at) VALUES
    ('a', 'crawl', 's', '{}', 'failed', clock_timestamp()),
    ('b', 'crawl', 's', '{}', 'failed', clock_timestamp() - interval '8 days'),
    ('c', 'crawl', 's', '{}', 'queued', NULL);
"""


def execute(url: str, statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements.encode())


def has_tables(url: str) -> bool:
    with psycopg.connect(url) as connection:
        row = connection.execute(b"SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        return row is not None and row[0] > 0


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(f"dragoman_{name}", labels)


@pytest.mark.database
class TestExamine:
    def test_an_empty_database_lacks_every_step_and_is_left_empty(self, empty_database_url: str) -> None:
        found = examine(empty_database_url)
        assert found.missing == tuple(step.name for step in known())
        assert found.counts is None
        assert found.vector or found.vector_available
        assert not found.complaints
        assert not has_tables(empty_database_url)

    def test_one_that_is_up_to_date_is_counted(self, database_url: str) -> None:
        execute(database_url, DOCUMENT + JOBS)
        found = examine(database_url)
        assert (found.missing, found.unknown, found.altered) == ((), (), ())
        assert found.vector
        assert found.counts is not None
        assert (found.counts.documents, found.counts.passages) == (1, {"old": 1, "new": 1})
        assert (found.counts.failed_jobs, found.counts.waiting_jobs) == (1, 1), "a week is what counts"
        assert found.clock_ahead == pytest.approx(0.0, abs=1.0)
        assert 0 < found.connections < found.most_connections

    def test_one_of_a_newer_program_and_one_that_was_altered_are_told(self, database_url: str) -> None:
        execute(
            database_url,
            "INSERT INTO schema_migration VALUES ('9999_future', 'x');"
            " UPDATE schema_migration SET checksum = 'x' WHERE name LIKE '0001%'",
        )
        found = examine(database_url)
        assert found.unknown == ("9999_future",)
        assert found.altered == (known()[0].name,)
        assert found.counts is None, "whose tables may be others by now"

    def test_what_cannot_be_reached_or_read_is_said_in_our_words(self) -> None:
        with pytest.raises(StorageUnavailableError):
            examine("postgresql://nobody@127.0.0.1:9/none")
        with pytest.raises(OperatorError):
            examine("no address")


@pytest.mark.database
class TestMeasures:
    async def test_a_scrape_tells_what_there_is(self, database_url: str) -> None:
        execute(database_url, DOCUMENT + JOBS)
        registry, database = CollectorRegistry(), Database(database_url, connections=2)
        measures = DatabaseMeasures(database, embedder="new", registry=registry)
        await database.open()
        try:
            await measures.refresh()
            assert value(registry, "database_up") == 1
            assert value(registry, "knowledge_documents", language="fr") == 1
            assert value(registry, "knowledge_passages", language="fr") == 2
            assert value(registry, "knowledge_stale_passages") == 1
            assert value(registry, "jobs", state="failed") == 2
            assert value(registry, "jobs", state="running") == 0, "told before there is one"
            assert value(registry, "conversations", status="waiting") == 0
            assert value(registry, "database_bytes") or 0 > 1_000_000
            assert (value(registry, "database_connections", state="busy") or 0) >= 1
        finally:
            await measures.close()
            await database.close()

    async def test_without_a_database_that_is_told_and_a_scrape_goes_on(self) -> None:
        registry = CollectorRegistry()
        database = Database("postgresql://nobody@127.0.0.1:9/none", connections=1)
        measures = DatabaseMeasures(database, embedder="new", registry=registry)
        await database.open()
        try:
            await measures.refresh()
            assert value(registry, "database_up") == 0
        finally:
            await measures.close()
            await database.close()
