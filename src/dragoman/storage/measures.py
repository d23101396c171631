"""What operators watch of the database: whether it answers, how fast, and how much there is of everything."""

import asyncio
import time
from collections.abc import Mapping
from typing import get_args

from prometheus_client import CollectorRegistry, Gauge

from dragoman.nouns.errors import StorageUnavailableError
from dragoman.nouns.event import Status
from dragoman.nouns.job import JobState
from dragoman.storage.pool import Database, Row
from dragoman.storage.queries import load

_SQL = load("watching.sql")
# Seconds. Counting takes some milliseconds, and a tenth of a second over 100,000 passages and 50,000 conversations
# (measured): several who scrape at once share one count.
FRESH_SECONDS = 5.0
# A scrape waits for the database no longer than this; Prometheus itself gives up after ten seconds unless told.
_PATIENCE_SECONDS = 3.0


class DatabaseMeasures:
    """Gauges of what is in the database, as of the last `refresh`. Several desks on one database tell the same.

    Args:
        database: opened, its schema up to date.
        embedder: the name of the one in use; vectors of another are stale.
        registry: where the gauges are told.
    """

    def __init__(self, database: Database, *, embedder: str, registry: CollectorRegistry) -> None:
        self._database = database
        self._embedder = embedder
        self._registry = registry
        self._refreshing: asyncio.Task[None] | None = None
        self._fresh_until = 0.0
        self._up = self._gauge("database_up", "1 where the database answers.")
        self._seconds = self._gauge("database_answer_seconds", "How long it last took to count all this.")
        self._plain = {
            "bytes": self._gauge("database_bytes", "Size of the database on disk."),
            "version": self._gauge("knowledge_version", "Grows with every change of the knowledge."),
            "stale": self._gauge(
                "knowledge_stale_passages",
                "Passages whose vectors another embedder made; they are not found.",
            ),
            "remembered": self._gauge("cache_answers", "Answers that are remembered."),
        }
        self._by_label = {
            "connections": self._gauge("database_connections", "Connections to the database.", "state"),
            "documents": self._gauge("knowledge_documents", "Documents.", "language"),
            "passages": self._gauge("knowledge_passages", "Passages of documents.", "language"),
            "curated": self._gauge("curated_answers", "Approved answers and drafts.", "status"),
            "jobs": self._gauge("jobs", "Jobs of the knowledge, by state.", "state"),
            "conversations": self._gauge("conversations", "Conversations kept, by status.", "status"),
        }
        # What is known beforehand is told as 0 where there is none.
        self._always: Mapping[str, tuple[str, ...]] = {
            "connections": ("busy", "idle"),
            "curated": ("approved", "draft"),
            "jobs": get_args(JobState),
            "conversations": tuple(status.value for status in Status),
        }

    async def refresh(self) -> None:
        """Count anew, unless that was done a moment ago or takes too long. Never raises."""
        if time.monotonic() < self._fresh_until:
            return
        # One at a time, and not called back when it takes longer: the next scrape finds it under way.
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._count())
        done, _ = await asyncio.wait({self._refreshing}, timeout=_PATIENCE_SECONDS)
        if not done:
            self._up.set(0)

    async def close(self) -> None:
        """Stop counting."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)

    async def _count(self) -> None:
        began = time.monotonic()
        try:
            row = (await self._database.rows(_SQL["measures"], {"embedder": self._embedder}))[0]
        except StorageUnavailableError:
            self._up.set(0)
            return
        now = time.monotonic()
        self._up.set(1)
        self._seconds.set(now - began)
        self._fresh_until = now + FRESH_SECONDS
        self._tell(row)

    def _tell(self, row: Row) -> None:
        for name, gauge in self._plain.items():
            gauge.set(row[name])
        for name, gauge in self._by_label.items():
            # A language whose last document has gone must not keep its number.
            gauge.clear()
            counts = {**dict.fromkeys(self._always.get(name, ()), 0), **row[name]}
            for label, number in counts.items():
                gauge.labels(label).set(number)

    def _gauge(self, name: str, help: str, *labels: str) -> Gauge:
        return Gauge(f"dragoman_{name}", help, labels, registry=self._registry)
