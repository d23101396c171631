"""Work on the knowledge that outlasts a request and a restart: uploads to be read, sites to be crawled."""

import asyncio
import hashlib
import secrets
import socket
from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from dragoman.knowledge.crawling.base import CrawlLimits
from dragoman.knowledge.crawling.urls import canonical
from dragoman.knowledge.library import FolderTaken, Library
from dragoman.knowledge.report import report_record
from dragoman.knowledge.sites import add_site
from dragoman.nouns.documents import Source
from dragoman.nouns.errors import OperatorError, StorageUnavailableError
from dragoman.nouns.job import Job
from dragoman.storage.jobs import PostgresJobs
from dragoman.watching.logs import logger

_BEAT_SECONDS = 2.0
_AGAIN = timedelta(seconds=5)
_AGAIN_SECONDS = 1.0
# A job that was begun so often and never ended has killed its workers.
_MOST_TRIES = 5
_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Crawl:
    """A site to be crawled; None for as far as the program goes by itself."""

    url: str
    max_pages: int | None = None
    max_depth: int | None = None

    @property
    def limits(self) -> dict[str, int]:
        """What is not left to the program."""
        given = {"max_pages": self.max_pages, "max_depth": self.max_depth}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Upload:
    """A document that was sent in, lying in a file until it has been read."""

    file: Path
    name: str
    media_type: str | None = None
    title: str | None = None
    language: str | None = None
    topic: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """Queues work.

    Args:
        jobs: the queue.
        uploads: the folder in which documents wait until they are read; in the home folder.
    """

    jobs: PostgresJobs
    uploads: Path

    @property
    def place(self) -> str:
        """Where what lies in `uploads` can be read: this machine, this folder."""
        return f"{socket.gethostname()}:{self.uploads}"

    async def add_upload(self, upload: Upload) -> Job:
        """Queue a document that lies in `uploads`."""
        arguments = {
            "file": str(upload.file),
            "name": upload.name,
            "media_type": upload.media_type,
            "title": upload.title,
            "language": upload.language,
            "topic": upload.topic,
            "url": upload.url,
        }
        return await self.jobs.enqueue("add_file", upload.name, arguments, place=self.place)

    async def add_crawl(self, crawl: Crawl, *, every: timedelta | None = None) -> Job:
        """Queue a crawl, and have it done again and again where `every` says how often.

        Raises:
            KnowledgeRefusedError: the address is none.
        """
        url = canonical(crawl.url)
        if every is not None:
            await self.jobs.put_site(url, crawl.limits, every)
        arguments = {"url": url, "limits": crawl.limits}
        return await self.jobs.enqueue("crawl", url, arguments, only_once=f"crawl {url}")

    def waiting_file(self) -> Path:
        """Return the path of a file to be, in a folder that is there. Blocks for a moment."""
        self.uploads.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.uploads / secrets.token_hex(16)


@dataclass(slots=True)
class _Progress:
    done: int = 0
    total: int = 0
    at_hand: str = ""

    def told(self, done: int, total: int, at_hand: str) -> None:
        self.done, self.total, self.at_hand = done, total, at_hand


async def run_jobs(work: Work, library: Library, *, allow_private: bool = False) -> None:
    """Do what is queued, one job after the other, until cancelled. A job cut off by that is begun again by the next desk.

    Args:
        work: the queue.
        library: what takes documents in.
        allow_private: whether crawls may reach into private networks.
    """
    await _Worker(work, library, allow_private=allow_private).run()


@dataclass(slots=True)
class _Worker:
    work: Work
    library: Library
    allow_private: bool = field(kw_only=True)
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    async def run(self) -> None:
        """Work, and wait for work; a database that is away is waited for too."""
        while True:
            try:
                async with aclosing(self.work.jobs.news()) as news:
                    async for _ in news:
                        await self.work.jobs.forget(_KEPT)
                        await self.work.jobs.enqueue_due_sites()
                        while job := await self.work.jobs.claim(self.name, self.work.place):
                            await self.do(job)
            except StorageUnavailableError as error:
                logger.warning("jobs_waiting_for_database", reason=str(error))
            await asyncio.sleep(_AGAIN_SECONDS)

    async def do(self, job: Job) -> None:
        """Do one job, giving signs of life meanwhile, and note how it ended."""
        if job.tries > _MOST_TRIES:
            await self._fail(
                job, f"it was begun {_MOST_TRIES} times and never ended; its document may be too large"
            )
            return
        progress = _Progress()
        doing = asyncio.create_task(_KINDS[job.kind](self, job.arguments, progress))
        beating = asyncio.create_task(self._beat(job, progress, doing))
        try:
            await asyncio.wait({doing})
        except asyncio.CancelledError:
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)
            with suppress(StorageUnavailableError):
                await self.work.jobs.put_back(job.id, self.name, after=timedelta(), forgiven=True)
            raise
        finally:
            await asyncio.wait({beating})
        await self._ended(job, doing, progress)

    async def _ended(self, job: Job, doing: "asyncio.Task[dict[str, Any]]", progress: _Progress) -> None:
        if doing.cancelled():
            await self.work.jobs.end(job.id, self.name, "cancelled")
            await self._tidy(job)
            return
        error = doing.exception()
        if isinstance(error, StorageUnavailableError):
            logger.warning("job_put_back", kind=job.kind, reason=str(error))
            await self.work.jobs.put_back(job.id, self.name, after=_AGAIN, forgiven=False)
        elif isinstance(error, OperatorError):
            await self._fail(job, str(error))
        elif error is not None:
            logger.error("job_broke", kind=job.kind, exc_info=error)
            await self._fail(job, "a bug on our side; the log has its place")
        else:
            await self.work.jobs.beat(job.id, self.name, progress.done, progress.total, progress.at_hand)
            await self.work.jobs.end(job.id, self.name, "done", result=doing.result())
            await self._tidy(job)

    async def _fail(self, job: Job, reason: str) -> None:
        await self.work.jobs.end(job.id, self.name, "failed", reason=reason)
        await self._tidy(job)

    async def _tidy(self, job: Job) -> None:
        """Throw the upload of a job away that has ended."""
        if job.kind == "add_file":
            await asyncio.to_thread(Path(job.arguments["file"]).unlink, missing_ok=True)

    async def _beat(self, job: Job, progress: _Progress, doing: "asyncio.Task[dict[str, Any]]") -> None:
        """Give signs of life as long as the work goes on, and stop it when it was cancelled or is no longer ours.

        Ends by itself: a question to the database that is called back may swallow the call.
        """
        while not doing.done():
            with suppress(StorageUnavailableError):
                if not await self.work.jobs.beat(
                    job.id, self.name, progress.done, progress.total, progress.at_hand
                ):
                    doing.cancel()
            await asyncio.wait({doing}, timeout=_BEAT_SECONDS)

    async def add_file(self, given: Mapping[str, Any], progress: _Progress) -> dict[str, Any]:
        file = Path(given["file"])
        digest, size = await asyncio.to_thread(_digest, file)
        source = Source("upload", given["url"] or given["name"], digest, size, given["media_type"] or "")
        taken = await self.library.add_source(
            source,
            file,
            name=given["name"],
            url=given["url"],
            title=given["title"],
            language=given["language"],
            topic=given["topic"],
            told=progress.told,
        )
        return report_record(FolderTaken((taken,), (), ()))

    async def crawl(self, given: Mapping[str, Any], progress: _Progress) -> dict[str, Any]:
        limits = CrawlLimits(**given["limits"])
        found = await add_site(
            self.library,
            given["url"],
            limits=limits,
            allow_private=self.allow_private,
            told=progress.told,
        )
        return report_record(found)


_KINDS: Mapping[
    str, Callable[[_Worker, Mapping[str, Any], _Progress], Coroutine[Any, Any, dict[str, Any]]]
] = {
    "add_file": _Worker.add_file,
    "crawl": _Worker.crawl,
}


def _digest(file: Path) -> tuple[str, int]:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest(), opened.tell()
    except FileNotFoundError:
        raise OperatorError("its file is gone from the home folder: send it again") from None
