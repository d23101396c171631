"""Passages and finds for the tests of the rungs."""

from dragoman.nouns.knowledge import DocumentId, Found, Passage


def passage(
    text: str, language: str = "en", *, title: str = "Delivery", heading: str | None = None
) -> Passage:
    headings = (heading,) if heading else ()
    url = "https://shop.example/delivery"
    return Passage(1, DocumentId("delivery.md"), title, headings, language, text, 0, url, 1)


def found(
    text: str, language: str = "en", *, score: float = 0.9, meaning: float = 0.9, heading: str | None = None
) -> Found:
    return Found(passage(text, language, heading=heading), score, meaning, 0.5)
