"""A row of the table of passages, joined with its document, as what it stands for."""

from dragoman.nouns.knowledge import DocumentId, Passage
from dragoman.storage.pool import Row


def passage_of(row: Row) -> Passage:
    """Return the passage that a row holds; further columns are let be."""
    return Passage(
        id=row["id"],
        document=DocumentId(row["document"]),
        title=row["title"],
        headings=tuple(row["headings"]),
        language=row["language"],
        text=row["text"],
        place=row["place"],
        url=row["url"],
        version=row["version"],
    )
