"""Measures how long a search takes beside the embedding: `python -m dragoman.evaluation.search_speed [PASSAGES]`.

Passages are made up: vectors around some thousand centres, words drawn as languages use them (Zipf). 100,000 take
some minutes to store, most of it for the graphs of neighbours.
"""

import asyncio
import hashlib
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dragoman.knowledge.search import Search
from dragoman.knowledge.words import WORDS_BY
from dragoman.nouns.documents import NewDocument, NewPassage, Source
from dragoman.nouns.knowledge import DocumentId
from dragoman.storage.embedded import EmbeddedPostgres
from dragoman.storage.knowledge import PostgresKnowledge
from dragoman.storage.migrate import migrate
from dragoman.storage.pool import Database
from dragoman.storage.search import PassageIndex

_PASSAGES = 100_000
_LANGUAGES = ("en", "de", "ar", "zh")
_EMBEDDER, _DIMENSIONS = "multilingual-e5-small", 384
_BATCH = 500
_CENTRES = 2000
_SPREAD = 0.7
_WORDS, _WORDS_A_PASSAGE, _WORDS_A_QUESTION = 30_000, 80, 9
_WARM, _QUESTIONS = 50, 300


class _MadeUp:
    """Passages and questions out of a generator of random numbers, the same in every run."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(0)
        self._centres = self._random.normal(size=(_CENTRES, _DIMENSIONS))

    def vectors(self, count: int) -> NDArray[np.float32]:
        centres = self._centres[self._random.integers(_CENTRES, size=count)]
        vectors = centres + _SPREAD * self._random.normal(size=(count, _DIMENSIONS))
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    def words(self, count: int) -> list[str]:
        ranks = np.minimum(3 * self._random.pareto(0.6, count), _WORDS - 1).astype(int)
        return [f"w{rank}" for rank in ranks]


async def fill(database: Database, made_up: _MadeUp, passages: int) -> None:
    """Store so many passages, in documents of `_BATCH`."""
    knowledge = PostgresKnowledge(database)
    for number in range(0, passages, _BATCH):
        language = _LANGUAGES[number // _BATCH % len(_LANGUAGES)]
        name = hashlib.sha256(str(number).encode()).hexdigest()
        parts = [made_up.words(_WORDS_A_PASSAGE) for _ in range(_BATCH)]
        cut = [NewPassage((), language, " ".join(words), sorted(set(words)), WORDS_BY) for words in parts]
        document = NewDocument(DocumentId(name), "", "", language, None, name, cut)
        source = Source("text", name, digest="", bytes=0, media_type="text/plain")
        vectors = {document.id: made_up.vectors(_BATCH)}
        await knowledge.put(source, [document], vectors, embedded_by=_EMBEDDER)


async def times(search: Search, made_up: _MadeUp) -> NDArray[np.float64]:
    """Return the milliseconds of each of `_QUESTIONS` searches, after some to warm up."""
    taken: list[float] = []
    for vector in made_up.vectors(_WARM + _QUESTIONS):
        text = " ".join(made_up.words(_WORDS_A_QUESTION))
        began = time.perf_counter()
        await search.find(text, vector, language="en")
        taken.append((time.perf_counter() - began) * 1000)
    return np.array(taken[_WARM:])


async def _measure(url: str, passages: int) -> None:
    migrate(url)
    database = Database(url, connections=4)
    await database.open()
    made_up = _MadeUp()
    began = time.monotonic()
    await fill(database, made_up, passages)
    stored = time.monotonic() - began
    taken = await times(Search(PassageIndex(database, embedder=_EMBEDDER)), made_up)
    await database.close()
    p50, p95 = np.percentile(taken, (50, 95))
    sys.stdout.write(
        f"{passages} passages stored in {stored:.0f} s; a search: p50 {p50:.1f} ms, p95 {p95:.1f} ms\n"
    )


def _main(passages: int) -> None:
    with tempfile.TemporaryDirectory(prefix="dragoman-search-") as folder:
        Path(folder).chmod(0o755)  # as root, the server runs under another account
        server = EmbeddedPostgres(Path(folder))
        try:
            asyncio.run(_measure(server.start(), passages))
        finally:
            server.stop()


if __name__ == "__main__":
    _main(int(sys.argv[1]) if len(sys.argv) > 1 else _PASSAGES)
