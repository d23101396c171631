"""Where knowledge comes from: sources that are taken in, and the documents read there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dragoman.nouns.knowledge import DocumentId

SourceKind = Literal["file", "upload", "page", "text"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file, an upload, a page or a text, as it was when it was taken in.

    Attributes:
        kind: what it is.
        location: where it is: the absolute path of a file, the address of a page, the name of an upload or a text.
        digest: SHA-256 of its bytes, hexadecimal.
        bytes: how many they are.
        media_type: what it really is.
        found_in: the folder or the start page that it was found from, or None.
        etag, last_modified: its version as its server names it.
        warnings: one line each, for the person who added it.
    """

    kind: SourceKind
    location: str
    digest: str
    bytes: int
    media_type: str
    found_in: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A piece of a document that is to be stored; its place is its position among the others.

    Attributes:
        headings: the headings it stands under, outermost first.
        language: the code of its language.
        text: its words, never empty.
        words: what it is found by, as `dragoman.knowledge.words` writes them.
        words_by: the number of the way they are written in.
    """

    headings: tuple[str, ...]
    language: str
    text: str
    words: Sequence[str]
    words_by: int


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document that is to be stored.

    Attributes:
        id: the same whenever it is read from the same place.
        title: its title.
        topic: the topic it belongs to; empty for none.
        language: the code of the language that most of it is written in.
        url: where it can be read, or None.
        content_hash: SHA-256 of what it says, hexadecimal.
        passages: what it is cut into, in order, at least one.
    """

    id: DocumentId
    title: str
    topic: str
    language: str
    url: str | None
    content_hash: str
    passages: Sequence[NewPassage]


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the knowledge base.

    Attributes:
        id: its name, as citations give it.
        title, topic, language, url: as in `NewDocument`.
        source: the location it was read at, and `kind` what that is.
        passages: how many it is cut into.
        bytes, media_type, warnings: those of its source.
        added_at: when its source was first taken in.
        changed_at: when it last came out different.
        checked_at: when its source was last looked at.
    """

    id: DocumentId
    title: str
    topic: str
    language: str
    url: str | None
    source: str
    kind: SourceKind
    passages: int
    bytes: int
    media_type: str
    warnings: tuple[str, ...]
    added_at: datetime
    changed_at: datetime
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class KnowledgeState:
    """What there is.

    Attributes:
        version: counts every change of documents, approved answers and names of topics.
        changed_at: when the last one was.
        documents, passages: how many there are, by language code.
    """

    version: int
    changed_at: datetime
    documents: dict[str, int]
    passages: dict[str, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of taking a source in.

    Attributes:
        location: which one it was.
        outcome: `added` or `changed` where something is new; `unchanged`; `known` where all of it came from elsewhere before.
        documents: the documents that it gives now.
        curated: how many approved answers its tables gave.
        warnings: one line each, for the person who added it.
    """

    location: str
    outcome: Literal["added", "changed", "unchanged", "known"]
    documents: tuple[DocumentId, ...] = ()
    curated: int = 0
    warnings: tuple[str, ...] = ()
