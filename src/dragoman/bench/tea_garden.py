"""A page of knowledge that a scripted engine can say in German, so that a desk without a model has something to render.

Each fact is asked in German and stands in English; what the engine writes of it passes the desk's checks, as a good
model's words would (a test holds it to that). Whoever asks names a booking, so that no answer is remembered and each
one is rendered anew.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dragoman.languages.quantities import mask

LANGUAGE, OF = "de", "en"
_PAGE = "tea-garden.md"


@dataclass(frozen=True, slots=True)
class Fact:
    """What the page says, what it is asked for by, and what the engine writes, with the marks of its figures.

    Attributes:
        figure: whether it is asked for by a figure.
    """

    heading: str
    says: str
    asked: str
    written: str
    figure: bool = False


FACTS: Sequence[Fact] = (
    Fact(
        "Guided tours of the plantation",
        "A guided tour of the plantation takes 45 minutes and costs 13 euros.",
        "Wie lange dauert eine Führung durch die Plantage?",
        "Eine Führung durch die Plantage dauert [1] und kostet [2].",
        figure=True,
    ),
    Fact(
        "Dogs in the greenhouse",
        "Dogs may come into the greenhouse if they are kept on a lead.",
        "Darf mein Hund mit in das Gewächshaus?",
        "Hunde dürfen in das Gewächshaus mitkommen, wenn sie an der Leine geführt werden.",
    ),
    Fact(
        "Parking bicycles at the north gate",
        "You can park your bicycle at the north gate for 8 hours.",
        "Wie lange darf mein Fahrrad am Nordtor stehen?",
        "Sie können Ihr Fahrrad [1] lang am Nordtor abstellen.",
        figure=True,
    ),
    Fact(
        "Renting a rowing boat on the lake",
        "A rowing boat on the lake costs 11 euros for 30 minutes.",
        "Kann ich auf dem See ein Ruderboot mieten?",
        "Ein Ruderboot auf dem See kostet [1] für [2].",
    ),
)


# What such pages say beside: nothing that anybody asks for here, and no figures.
_SAID_AROUND = (
    "The garden lies on the sunny side of the hill, and the path to it begins behind the old mill.",
    "Our gardeners are there every morning and are glad to tell you about the plants.",
    "In spring the first leaves are picked by hand and dried in the shade of the big barn.",
    "In summer you can sit under the lime trees, with a view of the valley and the river.",
    "In autumn we press the seeds, and the oil is sold in the little house at the entrance.",
    "In winter the plants sleep under straw, and only the greenhouse stays warm.",
    "Please stay on the marked paths, so that the young plants are not trodden down.",
    "Children like the pond best, where frogs and dragonflies live among the reeds.",
    "If you lose something, ask for it in the house at the entrance, where all that was found is kept.",
    "The benches along the path were built by the pupils of the village school.",
    "When it rains, the covered walk on the south side keeps you dry all the way round.",
)


def write_page(folder: Path) -> Path:
    """Write the page of knowledge and return its place."""
    sections = [f"## {fact.heading}\n{fact.says}\n" for fact in FACTS]
    place = folder / _PAGE
    place.write_text("# The tea garden\n\n" + "\n".join(sections), encoding="utf-8")
    return place


def write_long_page(folder: Path) -> Path:
    """Write the page with so much said around each fact that its passage has some 300 tokens; return its place."""
    sections = [f"## {fact.heading}\n{fact.says} {' '.join(_SAID_AROUND)}\n" for fact in FACTS]
    place = folder / _PAGE
    place.write_text("# The tea garden\n\n" + "\n".join(sections), encoding="utf-8")
    return place


def write_book(folder: Path) -> Path:
    """Write what the scripted engine says to what it will be asked, as `testing.scripted_server` reads it."""
    place = folder / "book.json"
    book = {mask(fact.says, OF).text: fact.written for fact in FACTS}
    place.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
    return place


def questions(count: int, draw: random.Random, *, figure: bool | None = None) -> list[str]:
    """Return so many questions about the facts, each with the number of a booking.

    Args:
        figure: whether they ask for a figure; None: either.
    """
    facts = [fact for fact in FACTS if figure is None or fact.figure is figure]
    return [f"{draw.choice(facts).asked} (Buchung {draw.randrange(10**6, 10**7)})" for _ in range(count)]
