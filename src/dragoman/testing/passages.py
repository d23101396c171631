"""Passages and what a search found of them, for tests of the rungs."""

from dragoman.nouns.knowledge import DocumentId, Found, Passage


def passage(text: str, language: str = "en", *, heading: str | None = None) -> Passage:
    """Return a passage of a shop's page about delivery."""
    headings = (heading,) if heading else ()
    url = "https://shop.example/delivery"
    return Passage(1, DocumentId("delivery.md"), "Delivery", headings, language, text, 0, url, 1)


def found(text: str, language: str = "en", *, score: float = 0.9, heading: str | None = None) -> Found:
    """Return such a passage as a search found it."""
    return Found(passage(text, language, heading=heading), score, 0.9, 0.5)
