"""Taking in real text: pages in 29 languages that nobody has taken in before, read, cut, embedded and stored.

What they say is the demonstration shop's approved answers, in a new order each time.
"""

import csv
import random
import tempfile
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from time import perf_counter

from dragoman.bench.base import Measuring, Outcome, Turn
from dragoman.bench.made_up import LANGUAGES
from dragoman.knowledge.cutting import MAX_CHARS, width
from dragoman.knowledge.demonstration import demonstration
from dragoman.languages.registry import LANGUAGES as ALL_LANGUAGES
from dragoman.nouns.errors import OperatorError
from dragoman.wiring.knowledge import OpenKnowledge

_SECTIONS, _QUICK_SECTIONS = 8, 1

Answers = Mapping[str, Sequence[tuple[str, str]]]
"""Questions with their answers, by the code of their language."""


def shop_answers() -> Answers:
    """Return the approved answers of the demonstration shop.

    Raises:
        OperatorError: the shop did not come with this installation.
    """
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table in sorted((demonstration() / "curated").glob("*.csv")):
        with table.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                found[row["language"]].append((row["question"], row["answer"]))
    return found


def write_pages(
    folder: Path, answers: Answers, languages: Collection[str], sections: int, draw: random.Random
) -> None:
    """Write a Markdown page in each of `languages`, of so many sections, each of which fills a passage."""
    for language in languages:
        told = answers[language]
        page = [f"# {draw.choice(told)[0]}"]
        for _ in range(sections):
            page += [f"## {draw.choice(told)[0]}", *_filling([answer for _, answer in told], draw)]
        (folder / f"{language}.md").write_text("\n\n".join(page) + "\n", encoding="utf-8")


def _filling(texts: Sequence[str], draw: random.Random) -> list[str]:
    """Return as many of `texts`, in a new order, as stand in one passage, at least one."""
    first, *more = draw.sample(texts, len(texts))
    taken, room = [first], MAX_CHARS - width(first)
    for text in more:
        # Two more for the empty line between paragraphs.
        if (room := room - width(text) - 2) < 0:
            break
        taken.append(text)
    return taken


def taking_in(opened: OpenKnowledge) -> Measuring:
    """Return what measures how fast a folder of new pages is taken in."""
    answers = shop_answers()

    async def measure(turn: Turn) -> Outcome:
        languages = LANGUAGES if turn.quick else tuple(ALL_LANGUAGES)
        sections = _QUICK_SECTIONS if turn.quick else _SECTIONS
        with tempfile.TemporaryDirectory(prefix="dragoman-pages-") as folder:
            write_pages(Path(folder), answers, languages, sections, random.Random(turn.seed))
            return await _taken(opened, Path(folder))

    return measure


async def _taken(opened: OpenKnowledge, folder: Path) -> Outcome:
    began = perf_counter()
    came = await opened.library.add_path(folder)
    seconds = perf_counter() - began
    documents = [document for one in came.taken for document in one.documents]
    texts = [one.text for document in documents for one in await opened.storage.passages_of(document)]
    await opened.library.remove(str(folder))
    if came.refused or not texts:
        raise OperatorError(f"Pages cannot be taken in: {[reason for _, reason in came.refused][:1]}")
    return Outcome({"passages": len(texts) / seconds, "characters": sum(map(len, texts)) / len(texts)})
