"""Jobs in PostgreSQL (docs/decisions/0008-jobs.md)."""

import secrets
from collections.abc import AsyncGenerator, Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

from dragoman.nouns.job import Job, JobId, JobKind, JobState
from dragoman.storage.pool import Database, Row
from dragoman.storage.queries import load
from dragoman.storage.text import json_text, storable

_SQL = load("jobs.sql")
_CHANNEL = b"dragoman_jobs"
# A worker gives a sign of life every few seconds; without one for this long it is taken for dead.
SILENCE = timedelta(seconds=30)
_LOOK_SECONDS = 5.0
_FIELDS = tuple(field.name for field in fields(Job))


class PostgresJobs:
    """The queue, and the sites that fill it by the clock. All calls raise `StorageUnavailableError`.

    Args:
        database: opened, its schema up to date.
        silence: how long a worker may be silent before its job is given to another.
    """

    def __init__(self, database: Database, *, silence: timedelta = SILENCE) -> None:
        self._database = database
        self._silence = silence

    async def enqueue(
        self,
        kind: JobKind,
        subject: str,
        arguments: Mapping[str, Any],
        *,
        place: str | None = None,
        only_once: str | None = None,
    ) -> Job:
        """Queue a job; where `only_once` names one that is under way already, return that one."""
        values = {
            "id": f"job_{secrets.token_hex(16)}",
            "kind": kind,
            "subject": storable(subject),
            "arguments": json_text(arguments),
            "place": place,
            "only_once": only_once,
        }
        while True:
            rows = await self._rows("enqueue", values) or await self._rows("under_way", values)
            if rows:
                return _job(rows[0])

    async def claim(self, worker: str, place: str) -> Job | None:
        """Take the oldest job that waits, or that a dead worker left; None when there is none."""
        rows = await self._rows("claim", {"worker": worker, "place": place, "silence": self._silence})
        return _job(rows[0]) if rows else None

    async def beat(self, job: JobId, worker: str, done: int, total: int, at_hand: str) -> bool:
        """Give a sign of life and say how far it is; False when the work is to be stopped."""
        values = {"id": job, "worker": worker, "done": done, "total": total, "at_hand": storable(at_hand)}
        rows = await self._rows("beat", values)
        return bool(rows) and not rows[0]["cancel_asked"]

    async def end(
        self,
        job: JobId,
        worker: str,
        state: JobState,
        *,
        reason: str | None = None,
        result: Mapping[str, Any] | None = None,
    ) -> None:
        """Note how it ended, if it is still this worker's."""
        values = {
            "id": job,
            "worker": worker,
            "state": state,
            "reason": storable(reason) if reason else None,
            "result": json_text(result) if result is not None else None,
        }
        await self._rows("end", values)

    async def put_back(self, job: JobId, worker: str, *, after: timedelta, forgiven: bool) -> None:
        """Queue it again, to be begun after a while; `forgiven` does not count the try."""
        await self._rows("put_back", {"id": job, "worker": worker, "after": after, "forgiven": int(forgiven)})

    async def cancel(self, job: str) -> bool:
        """Cancel it: at once while it waits, within seconds while it runs; False when it is neither."""
        return bool(await self._rows("cancel", {"id": storable(job)}))

    async def get(self, job: str) -> Job | None:
        """Return it, or None."""
        rows = await self._rows("jobs", {"id": storable(job), "limit": 1})
        return _job(rows[0]) if rows else None

    async def latest(self, *, limit: int = 100) -> list[Job]:
        """Return jobs, latest first."""
        return [_job(row) for row in await self._rows("jobs", {"id": None, "limit": limit})]

    async def forget(self, age: timedelta) -> int:
        """Forget those that ended longer ago; return how many."""
        return len(await self._rows("forget", {"age": age}))

    async def news(self) -> AsyncGenerator[None]:
        """Yield now, whenever a job is queued, and every few seconds besides, until closed."""
        async for _ in self._database.notified(_CHANNEL, every=_LOOK_SECONDS):
            yield

    async def put_site(self, start_url: str, limits: Mapping[str, Any], every: timedelta) -> None:
        """Have a site crawled again and again, for the first time after `every`."""
        await self._rows(
            "put_site", {"start_url": storable(start_url), "limits": json_text(limits), "every": every}
        )

    async def remove_site(self, start_url: str) -> bool:
        """Crawl it no more; False when it was not crawled by the clock."""
        return bool(await self._rows("remove_site", {"start_url": storable(start_url)}))

    async def enqueue_due_sites(self) -> int:
        """Queue a crawl of each site whose time has come; return how many."""
        return len(await self._rows("enqueue_due_sites", {}))

    async def _rows(self, name: str, values: Mapping[str, Any]) -> list[Row]:
        return await self._database.rows(_SQL[name], values)


def _job(row: Row) -> Job:
    return Job(**{name: row[name] for name in _FIELDS})
