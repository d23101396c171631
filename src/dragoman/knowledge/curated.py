"""Taking approved answers in: what is new gets its vectors, what is there already is left alone."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from dragoman.embeddings.base import Embedder
from dragoman.knowledge.curated_rows import Row, read_rows
from dragoman.nouns.curated import Coverage, CuratedStatus, CuratedText, EntryId, ImportReport
from dragoman.storage.curated import PostgresCurated

# Texts embedded in one call, between which the loop and other askers have their turn.
_BATCH = 32

Told = Callable[[int, int], None]


async def put_texts(
    store: PostgresCurated,
    embedder: Embedder,
    texts: Sequence[CuratedText],
    *,
    dry_run: bool = False,
    told: Told | None = None,
) -> ImportReport:
    """Store texts, each replacing the one of its entry and language; what says the same already is not touched.

    Args:
        store: where they go.
        embedder: makes the vectors of those that are new or changed.
        texts: no entry twice in a language.
        dry_run: only tell what would come of it.
        told: called with how many texts of how many have their vectors.

    Raises:
        StorageUnavailableError: the database cannot be reached; nothing is stored then.
    """
    entries = tuple(dict.fromkeys(text.entry for text in texts))
    there = {(text.entry, text.language): text for text in await store.texts(entries=entries)}
    new = [text for text in texts if (text.entry, text.language) not in there]
    changed = [
        text for text in texts if (old := there.get((text.entry, text.language))) is not None and old != text
    ]
    if not dry_run and (new or changed):
        to_store = [text for text in texts if there.get((text.entry, text.language)) != text]
        vectors = await embed_texts(embedder, to_store, told=told)
        await store.put(to_store, vectors, embedder=embedder.name)
    return ImportReport(len(new), len(changed), len(texts) - len(new) - len(changed), entries)


async def import_curated(
    rows: Iterable[Row], *, store: PostgresCurated, embedder: Embedder, dry_run: bool = False
) -> ImportReport:
    """Take in the rows of a table of approved answers, as `curated_rows` describes them.

    Raises:
        RowsInvalidError: rows cannot be read; nothing is stored then.
        StorageUnavailableError: the database cannot be reached; nothing is stored then.
    """
    return await put_texts(store, embedder, read_rows(rows), dry_run=dry_run)


async def embed_texts(
    embedder: Embedder, texts: Sequence[CuratedText], *, told: Told | None = None
) -> list[NDArray[np.float32]]:
    """Return for each text the vectors of its question and its wordings, in this order."""
    made: list[NDArray[np.float32]] = []
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        made.extend(await _embed_batch(embedder, batch))
        if told is not None:
            told(len(made), len(texts))
    return made


async def _embed_batch(embedder: Embedder, texts: Sequence[CuratedText]) -> list[NDArray[np.float32]]:
    vectors = await embedder.queries([one for text in texts for one in (text.question, *text.wordings)])
    ends = np.cumsum([1 + len(text.wordings) for text in texts])
    return np.split(vectors, ends[:-1])


async def coverage(store: PostgresCurated) -> Coverage:
    """Return in which languages each entry is answered."""
    texts = await store.texts()
    statuses: dict[EntryId, dict[str, CuratedStatus]] = {}
    for text in texts:
        statuses.setdefault(text.entry, {})[text.language] = text.status
    return Coverage({text.entry: text.topic for text in texts}, statuses)
