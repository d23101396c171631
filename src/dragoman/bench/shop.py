"""The demonstration shop as the bench asks it: what customers say is not what its tables already have.

Half of the wordings of each approved answer are left out of the tables, and customers say these instead: people do
not ask word for word what an owner has thought of.
"""

import csv
import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dragoman.knowledge.demonstration import demonstration

_BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class Wording:
    """A question that an approved answer is for: the name of the entry, the language's code, the words."""

    entry: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop.

    Attributes:
        knowledge: the folder to take in.
        approved: the questions that stand in its tables.
        withheld: questions of the same meanings that do not.
    """

    knowledge: Path
    approved: Sequence[Wording]
    withheld: Sequence[Wording]


@contextmanager
def opened_shop() -> Generator[Shop]:
    """Make the folder; leaving the context removes it."""
    with tempfile.TemporaryDirectory(prefix="dragoman-shop-") as place:
        folder = Path(place) / "shop"
        shutil.copytree(demonstration(), folder)
        approved: list[Wording] = []
        withheld: list[Wording] = []
        for table in sorted((folder / "curated").glob("*.csv")):
            kept, left = _halve(table)
            approved += kept
            withheld += left
        yield Shop(folder, approved, withheld)


def _halve(table: Path) -> tuple[list[Wording], list[Wording]]:
    """Leave every second wording out of a table; return what stayed, questions included, and what was left out."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    kept: list[Wording] = []
    left: list[Wording] = []
    for row in rows:
        wordings = [one.strip() for one in row["wordings"].split(_BETWEEN) if one.strip()]
        stay = wordings[::2]
        row["wordings"] = _BETWEEN.join(stay)
        kept += [Wording(row["id"], row["language"], text) for text in (row["question"], *stay)]
        left += [Wording(row["id"], row["language"], text) for text in wordings[1::2]]
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return kept, left
