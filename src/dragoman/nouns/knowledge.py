"""What the owner knows: documents, cut into passages, and what a search finds of them."""

from dataclasses import dataclass
from typing import NewType

DocumentId = NewType("DocumentId", str)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document, small enough to stand in a prompt and to be quoted.

    Attributes:
        id: its number in the knowledge base.
        document: the document that it was cut from.
        title: that document's title.
        headings: the headings it stands under, outermost first, without the title.
        language: the code of the language it is written in.
        text: its words, whole sentences wherever the document has sentences.
        place: its position in the document, from 0.
        url: where the document can be read, or None.
        version: the version of the knowledge base in which it came.
    """

    id: int
    document: DocumentId
    title: str
    headings: tuple[str, ...]
    language: str
    text: str
    place: int
    url: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that a search found.

    Attributes:
        passage: the passage.
        score: how well it fits beside the others found, best first; comparable only within one search.
        meaning: cosine of its vector and the question's, -1 to 1.
        words: share of the question's words that it has, weighed by their rarity, 0 to 1.
        concepts: the same of what the question speaks of, in whatever language, 0 to 1.
        unheard: how many things the question is about that nothing in the knowledge speaks of.
    """

    passage: Passage
    score: float
    meaning: float
    words: float
    concepts: float = 0.0
    unheard: int = 0
