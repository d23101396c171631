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


# What the page says around each fact, in the order of the facts: enough for a passage as long as they are cut, of the same
# matter, so that passages are told apart as well as on a real page, and without figures, so that there is one answer.
_SAID_AROUND: Sequence[str] = (
    "The tour begins at the drying shed and follows the old cart track between the rows of tea bushes. Our plantation "
    "manager shows how the leaves are picked, withered and rolled, and which of them become green and which black tea. "
    "You walk on gravel and grass, so firm shoes are a good idea. In heavy rain the tour keeps to the covered part of the "
    "plantation and to the factory. At the end everybody tastes what was picked in the morning.",
    "The greenhouse is warm and damp, and some animals do not like it there. Water bowls stand at the door and in the "
    "shade behind it. Please keep away from the seedlings, which grow in low boxes along the walls, and take up what your "
    "dog leaves behind. Guide dogs need no lead. In the cold months the doors are kept shut, so please close them quickly "
    "behind you and your dog. Dogs that bark at the fans had better stay in the garden.",
    "The stands are under the roof beside the gate, where the rain does not reach them. Lock the frame to the stand and "
    "not the wheel alone, and take your bags with you, since nobody watches the stands. Cargo bikes and trailers fit at "
    "the far end, where there is more room. A pump and a few tools hang on the wall for everybody. In the evening the "
    "gate is locked, and a bicycle that is still there has to wait for the morning.",
    "The boats lie at the wooden landing stage below the tea house. Each has room for a family, with cushions and a "
    "picnic basket if you like. Life jackets in all sizes hang in the boat house, and children have to wear one. You row "
    "yourself, and somebody shows you how before you cast off. Fishing from the boat and swimming beside it are not "
    "allowed, because water birds breed in the reeds. In thick fog the boats stay where they are.",
)


def write_page(folder: Path) -> Path:
    """Write the page of knowledge and return its place."""
    return _write(folder, [fact.says for fact in FACTS])


def write_long_page(folder: Path) -> Path:
    """Write the page with so much said around each fact that its passage is as long as they are cut; return its place."""
    return _write(folder, [f"{fact.says} {around}" for fact, around in zip(FACTS, _SAID_AROUND, strict=True)])


def _write(folder: Path, said: Sequence[str]) -> Path:
    sections = [f"## {fact.heading}\n{text}\n" for fact, text in zip(FACTS, said, strict=True)]
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
