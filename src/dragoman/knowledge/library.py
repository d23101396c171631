"""The library: takes documents in, follows them where they change, and gives them up again."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dragoman.embeddings.base import Embedder
from dragoman.knowledge.intake import DetectLanguage, documents_of, for_readers, labels_of, meaning_of
from dragoman.knowledge.reading.base import ReadDocument, ReadLimits
from dragoman.knowledge.reading.folder import walk_folder
from dragoman.knowledge.reading.read import read_document
from dragoman.knowledge.words import WORDS_BY, index_words
from dragoman.nouns.curated import ImportReport
from dragoman.nouns.documents import NewDocument, Source, Taken
from dragoman.nouns.errors import KnowledgeRefusedError, OperatorError
from dragoman.nouns.knowledge import DocumentId, Passage
from dragoman.storage.knowledge import PostgresKnowledge, source_id
from dragoman.storage.pool import DuplicateRowError
from dragoman.watching.logs import logger

ImportCurated = Callable[[Sequence[Mapping[str, str]]], Awaitable[ImportReport]]
"""Takes in the rows of a table of approved answers; raises `OperatorError` when they cannot be read."""

Told = Callable[[int, int, str], None]
"""Hears of progress: how much is done, of how much, and what is at hand."""

# Passages embedded in one call, between which the loop and customers' questions have their turn.
_BATCH = 16
# Files read side by side: a reader may take a gigabyte of memory (`ReadLimits`).
_READERS = 2
# Two who store the same content at once: one of them looks again and finds it there.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class FolderTaken:
    """What came of taking a folder or a site in.

    Attributes:
        taken: what came of each source.
        refused: location and reason of each that could not be taken; what was read there before stays.
        removed: the locations of those that are gone.
    """

    taken: tuple[Taken, ...]
    refused: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]


class Library:
    """Takes documents in and keeps them.

    Args:
        storage: where they are kept.
        embedder: makes the vectors of their passages.
        detect_language: asked where a document does not say its language.
        import_curated: takes the tables of approved answers that are found among the documents.
        limits: how much one document may take.
    """

    def __init__(
        self,
        storage: PostgresKnowledge,
        embedder: Embedder,
        *,
        detect_language: DetectLanguage,
        import_curated: ImportCurated,
        limits: ReadLimits = ReadLimits(),  # noqa: B008 - frozen
    ) -> None:
        self.storage = storage
        self._embedder = embedder
        self._detect = detect_language
        self._import_curated = import_curated
        self._limits = limits

    async def add_path(self, path: Path, *, told: Told | None = None) -> FolderTaken:
        """Take in a file, or a folder with everything in it that can be read.

        Raises:
            KnowledgeRefusedError: it is a file that cannot be taken in.
            OperatorError: there is nothing at this path.
            StorageUnavailableError: the database cannot be reached.
        """
        path = await asyncio.to_thread(_there, path)
        if path.is_dir():
            return await self.add_folder(path, told=told)
        return FolderTaken((await self.add_file(path, told=told),), (), ())

    async def add_file(self, path: Path, *, found_in: str | None = None, told: Told | None = None) -> Taken:
        """Take in one file. Raises as `add_path`."""
        digest, size = await asyncio.to_thread(_digest, path)
        source = Source("file", str(path), digest, size, "", found_in=found_in)
        return await self.add_source(source, path, name=path.name, told=told)

    async def add_folder(self, folder: Path, *, told: Told | None = None) -> FolderTaken:
        """Take in every file of a folder that can be read; what came from files that are gone now is removed.

        Raises:
            KnowledgeRefusedError: it has too many files.
            OperatorError: there is no such folder.
            StorageUnavailableError: the database cannot be reached.
        """
        folder = await asyncio.to_thread(_there, folder)
        files = await asyncio.to_thread(walk_folder, folder)
        found_in = str(folder)
        here = {str(file) for file in files}
        gone = [
            source.location
            for source in await self.storage.sources(found_in=found_in)
            if source.location not in here
        ]
        taken, refused = await self._add_files(files, found_in, told)
        if gone:
            await self.storage.remove_sources(gone)
            # Files that were moved said, until now, only what was known from where they had been.
            moved = [Path(one.location) for one in taken if one.outcome == "known"]
            again, _ = await self._add_files(moved, found_in, None)
            taken = [*{one.location: one for one in (*taken, *again)}.values()]
        return FolderTaken(tuple(taken), tuple(refused), tuple(gone))

    async def add_source(
        self,
        source: Source,
        data: bytes | Path,
        *,
        name: str,
        url: str | None = None,
        title: str | None = None,
        language: str | None = None,
        topic: str | None = None,
        told: Told | None = None,
    ) -> Taken:
        """Read a source and take in what it says; one whose bytes are the same as last time is not read again.

        Args:
            source: what it is; its media type is the sender's word, or empty.
            data: its bytes, or the file that holds them.
            name: its file's name, whose ending tells its format.
            url: where customers can read it.
            title, language, topic: what whoever adds it says of it, before what it says itself.
            told: hears of the passages that have their vectors.

        Raises:
            KnowledgeRefusedError: it cannot be taken in; what was read there before stays.
            OperatorError: it is a table of approved answers with mistakes.
            StorageUnavailableError: the database cannot be reached.
        """
        before = await self.storage.sources(locations=[source.location])
        says_more = title or language or topic
        if before and before[0].digest == source.digest and not says_more:
            await self.storage.checked(source.location, found_in=source.found_in)
            there = await self.storage.documents_of(source.location)
            return Taken(source.location, "unchanged", tuple(there))
        read = await read_document(
            data, name=name, media_type=source.media_type or None, url=url, limits=self._limits
        )
        if title:
            read = replace(read, title=title)
        source = replace(source, media_type=read.media_type)
        return await self.add(read, source, language=language, topic=topic, told=told, new=not before)

    async def add(
        self,
        read: ReadDocument,
        source: Source,
        *,
        language: str | None = None,
        topic: str | None = None,
        told: Told | None = None,
        new: bool = False,
    ) -> Taken:
        """Take in what was read at a source, in the place of what was read there before; raises as `add_source`."""
        if read.kind != "text" and source.kind not in ("file", "upload"):
            # Whoever writes a page of a site has not been asked to approve answers.
            raise KnowledgeRefusedError(
                f"{source.location} is a table of approved answers or topics: take it in as a file"
            )
        read = await asyncio.to_thread(for_readers, read)
        source = replace(source, warnings=read.warnings)
        documents = await asyncio.to_thread(
            documents_of, read, source.location, detect_language=self._detect, language=language, topic=topic
        )
        curated = await self._take_rows(read)
        changed, known = await self._store(source, documents, told)
        if known and not changed and known == len(documents):
            outcome = "known"
        elif new:
            outcome = "added"
        else:
            outcome = "changed" if changed or read.rows else "unchanged"
        there = await self.storage.documents_of(source.location)
        logger.info("knowledge_taken", outcome=outcome, documents=len(there), kind=source.kind)
        return Taken(source.location, outcome, tuple(there), curated, source.warnings)

    async def remove(self, name: str) -> int:
        """Remove a document by its id, or all that was read at a location or in a folder or site; return how many sources or documents went."""
        if await self.storage.remove_document(name):
            return 1
        paths = {name, str(await asyncio.to_thread(_absolute, name))}
        found = [
            source.location
            for path in paths
            for source in (
                *await self.storage.sources(locations=[path]),
                *await self.storage.sources(found_in=path),
            )
        ]
        return await self.storage.remove_sources(found) if found else 0

    async def reembed(self, told: Told | None = None) -> int:
        """Give passages that another embedder made vectors for new ones; return how many. For after a change of embedder."""
        name = self._embedder.name

        async def renew(passages: Sequence[Passage]) -> None:
            texts = [meaning_of(one.title, one.headings, one.text) for one in passages]
            vectors = await self._embedder.passages(texts)
            await self.storage.put_vectors([one.id for one in passages], vectors, embedded_by=name)

        return await _renewed(partial(self.storage.out_of_date, embedded_by=name), renew, told)

    async def reindex(self, told: Told | None = None) -> int:
        """Write the words of passages that were written in another way anew; return how many. For after an update."""

        async def renew(passages: Sequence[Passage]) -> None:
            await self.storage.put_words(await asyncio.to_thread(_words, passages), words_by=WORDS_BY)

        return await _renewed(partial(self.storage.out_of_date, words_by=WORDS_BY), renew, told)

    async def _add_files(
        self, files: Sequence[Path], found_in: str, told: Told | None
    ) -> tuple[list[Taken], list[tuple[str, str]]]:
        taken: dict[Path, Taken] = {}
        refused: dict[Path, str] = {}
        waiting = iter(files)

        async def work() -> None:
            for file in waiting:
                try:
                    taken[file] = await self.add_file(file, found_in=found_in)
                except OperatorError as error:
                    refused[file] = str(error)
                if told is not None:
                    told(len(taken) + len(refused), len(files), file.name)

        workers = [asyncio.create_task(work()) for _ in range(min(_READERS, len(files)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
        return [taken[file] for file in files if file in taken], [
            (str(file), refused[file]) for file in files if file in refused
        ]

    async def _take_rows(self, read: ReadDocument) -> int:
        if read.kind == "curated":
            report = await self._import_curated(read.rows)
            return len(report.entries)
        if read.kind == "topics":
            await self.storage.set_topic_labels(labels_of(read.rows))
        return 0

    async def _store(
        self, source: Source, documents: Sequence[NewDocument], told: Told | None
    ) -> tuple[bool, int]:
        """Store what is not known from elsewhere; whether anything changed, and how many are known."""
        mine = source_id(source.location)
        made: dict[str, NDArray[np.float32]] = {}
        for _ in range(_TRIES):
            holders = await self.storage.holders([document.content_hash for document in documents])
            elsewhere = {content for content, (_, holder) in holders.items() if holder != mine}
            own = [document for document in documents if document.content_hash not in elsewhere]
            new = [one for one in own if holders.get(one.content_hash) != (one.id, mine)]
            await self._embed([one for one in new if one.content_hash not in made], made, told)
            vectors: dict[DocumentId, NDArray[np.float32]] = {one.id: made[one.content_hash] for one in new}
            # Should it go where it came from first, it is to be found here at the next look.
            kept = replace(source, digest="", etag=None, last_modified=None) if elsewhere else source
            try:
                changed = await self.storage.put(kept, own, vectors, embedded_by=self._embedder.name)
            except DuplicateRowError:
                continue
            return changed, len(elsewhere)
        raise OperatorError(f"{source.location} is being changed by somebody else: try again")

    async def _embed(
        self, documents: Sequence[NewDocument], made: dict[str, NDArray[np.float32]], told: Told | None
    ) -> None:
        total = sum(len(document.passages) for document in documents)
        done = 0
        for document in documents:
            texts = [meaning_of(document.title, one.headings, one.text) for one in document.passages]
            parts: list[NDArray[np.float32]] = []
            for start in range(0, len(texts), _BATCH):
                parts.append(await self._embedder.passages(texts[start : start + _BATCH]))
                done += len(parts[-1])
                if told is not None:
                    told(done, total, document.title)
            made[document.content_hash] = np.concatenate(parts)


async def seed(library: Library, folder: Path, told: Told | None = None) -> FolderTaken:
    """See to it that what a folder says is known. Again and again it costs no more than a look at its files.

    Raises as `Library.add_folder`.
    """
    return await library.add_folder(folder, told=told)


async def _renewed(
    find: Callable[..., Awaitable[tuple[list[Passage], int]]],
    renew: Callable[[Sequence[Passage]], Awaitable[None]],
    told: Told | None,
) -> int:
    """Renew what `find` finds until it finds nothing more, and return how many that were."""
    done = 0
    while True:
        passages, remaining = await find(limit=_BATCH)
        if not passages:
            return done
        await renew(passages)
        done += len(passages)
        if told is not None:
            told(done, done + remaining - len(passages), "")


def _words(passages: Sequence[Passage]) -> dict[int, list[str]]:
    return {one.id: index_words(one.text, one.headings, one.title, one.language) for one in passages}


def _there(path: Path) -> Path:
    path = path.expanduser()
    if not path.exists():
        raise OperatorError(f"There is no file or folder {path}.")
    return path.resolve()


def _absolute(name: str) -> Path | str:
    try:
        return Path(name).expanduser().resolve()
    except (OSError, ValueError, RuntimeError):
        return name


def _digest(path: Path) -> tuple[str, int]:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror}.") from error
