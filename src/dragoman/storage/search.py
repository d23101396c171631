"""What PostgreSQL finds: passages near in meaning, and passages that have a question's words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dragoman.nouns.knowledge import Passage
from dragoman.storage.passages import passage_of
from dragoman.storage.pool import Database, Row
from dragoman.storage.queries import load
from dragoman.storage.text import storable

_SQL = load("search.sql")
# As in `migrations/0006_search.sql`.
_GRAPHS_OF = "multilingual-e5-small"
_CODE = re.compile("[a-z]{2,3}")
# Passages of a language that are all looked at: some two milliseconds, and none is missed.
_LOOKED_THROUGH = 1500
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many passages there are by language, and how many have each word (those that no passage has are left out)."""

    languages: Mapping[str, int]
    words: Mapping[str, int]

    @property
    def passages(self) -> int:
        """How many there are in all."""
        return sum(self.languages.values())


@dataclass(frozen=True)
class Meaning:
    """What a question means, (dimensions,).

    Attributes:
        language: the code of its language.
        own: with which passages in that language are compared: its vector, length 1.
        other: with which passages in other languages are compared.
    """

    language: str
    own: Vector
    other: Vector

    @cached_property
    def values(self) -> Mapping[str, str]:
        """It as parameters of statements, written once for all of them."""
        return {"language": self.language, "own": literal(self.own), "other": literal(self.other)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may bear on a question.

    Attributes:
        passage: the passage.
        meaning: cosine of its vector and the question's; 0 where another embedder made it.
        abroad: its vector's product with the one that other languages are compared with; None likewise.
        words: those of the question's words that it has.
    """

    passage: Passage
    meaning: float
    abroad: float | None
    words: frozenset[str]


class PassageIndex:
    """The passages of a database, to be looked up. All calls raise `StorageUnavailableError`.

    Args:
        database: where they are.
        embedder: the name of the embedder that questions are embedded with. Passages that another one embedded,
            as there are for a while after a change, are found by their words alone.
    """

    def __init__(self, database: Database, *, embedder: str) -> None:
        self._database = database
        self.embedder = embedder

    async def counts(self, words: Sequence[str]) -> Counts:
        """Count passages by language, and by each of `words`."""
        rows = await self._database.rows(_SQL["counts"], {"words": _storable(words)})
        return Counts(languages=rows[0]["languages"], words=rows[0]["words"])

    async def by_words(self, weights: Mapping[str, float], *, most: int) -> Sequence[int]:
        """Return the ids of the passages whose words weigh most together, `most` of each language."""
        values = {"words": _storable(list(weights)), "weights": list(weights.values()), "most": most}
        return [row["id"] for row in await self._database.rows(_SQL["by_words"], values)]

    async def by_meaning(self, meaning: Meaning, counts: Mapping[str, int], *, most: int) -> Sequence[int]:
        """Return the ids of the passages nearest in meaning, `most` of each language.

        Args:
            meaning: the question's.
            counts: how many passages there are in each language; where they are many, nearly all of the nearest
                are found.
            most: how many of each.
        """
        graphs = [language for language in counts if self._has_graph(language, counts)]
        others = [language for language in counts if language not in graphs]
        values = {**meaning.values, "embedder": self.embedder, "most": most, "languages": others}
        ids: list[int] = []
        if graphs:
            statement = b" UNION ALL ".join(self._graph(language, meaning) for language in graphs)
            ids += [row["id"] for row in await self._database.rows(statement, values)]
        if others:
            ids += [row["id"] for row in await self._database.rows(_SQL["by_meaning"], values)]
        return ids

    def _has_graph(self, language: str, counts: Mapping[str, int]) -> bool:
        known = self.embedder == _GRAPHS_OF and _CODE.fullmatch(language) is not None
        return known and counts[language] > _LOOKED_THROUGH

    def _graph(self, language: str, meaning: Meaning) -> bytes:
        names = {
            "language": language,
            "embedder": self.embedder,
            "vector": "own" if language == meaning.language else "other",
        }
        statement = _SQL["by_graph"]
        for name, value in names.items():
            statement = statement.replace(b"{%b}" % name.encode(), value.encode())
        return statement

    async def candidates(
        self, ids: Sequence[int], meaning: Meaning, words: Sequence[str]
    ) -> Sequence[Candidate]:
        """Return the passages of these ids beside a question of this meaning and these words, in no order."""
        values = {
            **meaning.values,
            "ids": list(ids),
            "words": _storable(words),
            "embedder": self.embedder,
        }
        return [_candidate(row) for row in await self._database.rows(_SQL["passages"], values)]


def literal(vector: Vector) -> str:
    """Write a vector as pgvector reads it."""
    return "[" + ",".join(map(repr, vector.astype(float).round(7).tolist())) + "]"


def _storable(words: Sequence[str]) -> list[str]:
    return [storable(word) for word in words]


def _candidate(row: Row) -> Candidate:
    return Candidate(
        passage=passage_of(row),
        meaning=row["meaning"] or 0.0,
        abroad=row["abroad"],
        words=frozenset(row["words"]),
    )
