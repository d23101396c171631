"""What reading a document gives, and how much a document may take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "curated", "topics"]
"""What a document is for: `text` to be searched, `curated` answers that a person approved, `topics` names of topics."""

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading.

    Attributes:
        headings: the headings above it, outermost first; the document's title is not among them.
        text: its words, cleaned; paragraphs are set apart by an empty line, list items stand on lines of their own.
        language: the code of its language where the document says it, else None.
    """

    headings: tuple[str, ...]
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class QARow:
    """A question with its answer in one language, from a table of them.

    Attributes:
        row: the row of the table it stands in, from 1; the languages of one row have it in common.
        question: the question, never empty.
        answer: the answer, never empty.
        language: the code of its language where the table says it, else None.
        title: what the table calls it, or None.
        topic: the topic that the table puts it under, or None.
        url: where it can be read, or None.
    """

    row: int
    question: str
    answer: str
    language: str | None = None
    title: str | None = None
    topic: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document as it was read. A workbook may hold sections and questions side by side.

    Attributes:
        title: its own title, or its file's name without the ending.
        sections: its text in the document's order, none empty.
        qa: the questions and answers of its tables, in their order; they are not among the sections.
        kind: what it is for. Rows of a `curated` or a `topics` table are in `rows` and nowhere else.
        rows: the rows of such a table, by column name as written in the table, cells cleaned.
        topic: the topic that its front matter names, or None.
        url: the address that its front matter names, or the one it was read with, or None.
        media_type: what it really is.
        warnings: one line each, for the person who added it.
    """

    title: str
    sections: tuple[Section, ...]
    qa: tuple[QARow, ...] = ()
    kind: Kind = "text"
    rows: tuple[Mapping[str, str], ...] = ()
    topic: str | None = None
    url: str | None = None
    media_type: str = "text/plain"
    warnings: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How much one document may take. Whoever takes more is refused, and only the reading process is ended.

    Attributes:
        file_bytes: size of the file.
        unpacked_bytes: size of everything in an Office file, which is a zip archive, unpacked.
        text_chars: characters of text that come out.
        memory_bytes: memory of the reading process.
        seconds: time by the clock, and of the processor.
    """

    file_bytes: int = 50 * MEGABYTE
    unpacked_bytes: int = 200 * MEGABYTE
    text_chars: int = 20_000_000
    memory_bytes: int = 1024 * MEGABYTE
    seconds: float = 60.0
