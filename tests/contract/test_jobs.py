"""Jobs on the real PostgreSQL: done once, told about, cancelled, and taken over from workers that died."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from dragoman.knowledge.jobs import Crawl, Upload, Work, run_jobs
from dragoman.knowledge.library import Library
from dragoman.nouns.curated import ImportReport
from dragoman.nouns.job import Job
from dragoman.storage.jobs import PostgresJobs
from dragoman.storage.knowledge import PostgresKnowledge
from dragoman.storage.pool import Database
from dragoman.testing.letter_embedder import LetterEmbedder

pytestmark = pytest.mark.database

# A worker in a process of its own, whose embedder never comes back: it says when it has begun.
DOOMED = """
import asyncio, sys
from pathlib import Path
from dragoman.knowledge.jobs import Work, run_jobs
from dragoman.knowledge.library import Library
from dragoman.storage.jobs import PostgresJobs
from dragoman.storage.knowledge import PostgresKnowledge
from dragoman.storage.pool import Database
from dragoman.testing.letter_embedder import LetterEmbedder

class Endless(LetterEmbedder):
    async def passages(self, texts):
        print("begun", flush=True)
        await asyncio.Event().wait()

async def main(url, uploads):
    database = Database(url, connections=3)
    await database.open()
    library = Library(PostgresKnowledge(database), Endless(), detect_language=lambda text: "en", import_curated=None)
    await run_jobs(Work(PostgresJobs(database), Path(uploads)), library)

asyncio.run(main(*sys.argv[1:]))
"""


async def no_rows(rows: object) -> ImportReport:
    raise AssertionError(rows)


class Held(LetterEmbedder):
    """An embedder that waits until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()

    async def passages(self, texts):  # type: ignore[no-untyped-def]
        self.begun.set()
        await self.go_on.wait()
        return await super().passages(texts)


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    database = Database(database_url, connections=5)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def work(database: Database, tmp_path: Path) -> Work:
    return Work(PostgresJobs(database, silence=timedelta(seconds=1)), tmp_path / "uploads")


def library(database: Database, embedder: LetterEmbedder) -> Library:
    return Library(
        PostgresKnowledge(database), embedder, detect_language=lambda _: "en", import_curated=no_rows
    )


def lying(work: Work, text: str = "# Hours\n\nOpen from 9 to 17.\n") -> Upload:
    file = work.waiting_file()
    file.write_text(text, encoding="utf-8")
    return Upload(file, "hours.md", topic="shop")


@asynccontextmanager
async def working(work: Work, library: Library) -> AsyncGenerator[None]:
    task = asyncio.create_task(run_jobs(work, library))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def ended(work: Work, job: Job) -> Job:
    async with asyncio.timeout(30):
        while True:
            now = await work.jobs.get(job.id)
            assert now is not None
            if now.ended_at is not None:
                return now
            await asyncio.sleep(0.05)


async def test_an_upload_is_read_and_thrown_away(work: Work, database: Database) -> None:
    upload = lying(work)
    job = await work.add_upload(upload)
    assert job.state == "queued"
    books = library(database, LetterEmbedder())
    async with working(work, books):
        done = await ended(work, job)
    assert (done.state, done.done, done.total, done.reason) == ("done", 1, 1, None)
    assert done.result is not None
    [document] = await books.storage.documents()
    assert done.result["documents"] == [document.id]
    assert (document.title, document.topic, document.kind) == ("Hours", "shop", "upload")
    assert not upload.file.exists()


async def test_what_cannot_be_read_fails_with_its_reason(work: Work, database: Database) -> None:
    file = work.waiting_file()
    file.write_bytes(b"%PDF-1.4 \xff\xfe broken")
    job = await work.add_upload(Upload(file, "offer.pdf"))
    async with working(work, library(database, LetterEmbedder())):
        failed = await ended(work, job)
    assert failed.state == "failed"
    assert failed.reason is not None
    assert "offer.pdf" in failed.reason
    assert not file.exists()


async def test_a_killed_workers_job_is_done_by_another(
    work: Work, database: Database, database_url: str
) -> None:
    job = await work.add_upload(lying(work))
    doomed = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, "-c", DOOMED, database_url, str(work.uploads)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert doomed.stdout is not None
        assert await asyncio.to_thread(doomed.stdout.readline) == "begun\n"
    finally:
        doomed.kill()
        await asyncio.to_thread(doomed.communicate)
    left = await work.jobs.get(job.id)
    assert left is not None
    assert left.state == "running"
    books = library(database, LetterEmbedder())
    async with working(work, books):
        done = await ended(work, job)
    assert (done.state, done.tries) == ("done", 2)
    assert len(await books.storage.documents()) == 1


async def test_a_desk_that_stops_leaves_its_job_to_the_next(work: Work, database: Database) -> None:
    job = await work.add_upload(lying(work))
    held = Held()
    async with working(work, library(database, held)):
        await asyncio.wait_for(held.begun.wait(), 30)
    back = await work.jobs.get(job.id)
    assert back is not None
    assert (back.state, back.tries) == ("queued", 0)
    async with working(work, library(database, LetterEmbedder())):
        assert (await ended(work, job)).state == "done"


async def test_a_job_that_kills_its_workers_is_given_up(work: Work, database: Database) -> None:
    job = await work.add_upload(lying(work))
    await database.rows(b"UPDATE job SET tries = 5 RETURNING id", {})
    async with working(work, library(database, LetterEmbedder())):
        given_up = await ended(work, job)
    assert given_up.state == "failed"


async def test_a_running_job_is_cancelled(work: Work, database: Database) -> None:
    upload = lying(work)
    job = await work.add_upload(upload)
    held = Held()
    async with working(work, library(database, held)):
        await asyncio.wait_for(held.begun.wait(), 30)
        assert await work.jobs.cancel(job.id)
        assert (await ended(work, job)).state == "cancelled"
    assert not upload.file.exists()
    assert not await work.jobs.cancel(job.id)


async def test_an_upload_waits_for_the_machine_it_lies_on(work: Work, database: Database) -> None:
    await work.add_upload(lying(work))
    assert await work.jobs.claim("elsewhere", "another machine") is None
    assert await work.jobs.claim("here", work.place) is not None


async def test_one_crawl_of_a_site_at_a_time_and_again_by_the_clock(work: Work, database: Database) -> None:
    first = await work.add_crawl(Crawl("https://shop.example/", max_pages=5), every=timedelta(days=1))
    again = await work.add_crawl(Crawl("https://shop.example"))
    assert first.id == again.id
    assert await work.jobs.enqueue_due_sites() == 0
    await work.jobs.cancel(first.id)
    await database.rows(b"UPDATE site SET next_at = now() RETURNING start_url", {})
    assert await work.jobs.enqueue_due_sites() == 1
    assert await work.jobs.enqueue_due_sites() == 0
    due = (await work.jobs.latest())[0]
    assert (due.kind, due.subject) == ("crawl", "https://shop.example/")
    assert due.arguments["limits"] == {"max_pages": 5}
