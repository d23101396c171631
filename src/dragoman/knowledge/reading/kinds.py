"""Which format a document is in: by its name and its sender's word, held against its first bytes."""

from enum import StrEnum
from pathlib import PurePath
from urllib.parse import urlsplit

from dragoman.knowledge.reading.base import MEGABYTE, ReadLimits
from dragoman.nouns.errors import KnowledgeRefusedError


class Format(StrEnum):
    """A format that can be read, by its media type (IANA)."""

    MARKDOWN = "text/markdown"
    TEXT = "text/plain"
    HTML = "text/html"
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    CSV = "text/csv"
    TSV = "text/tab-separated-values"
    JSON_LINES = "application/jsonl"


SUFFIXES = {
    ".md": Format.MARKDOWN, ".markdown": Format.MARKDOWN, ".txt": Format.TEXT, ".text": Format.TEXT,
    ".html": Format.HTML, ".htm": Format.HTML, ".xhtml": Format.HTML, ".pdf": Format.PDF, ".docx": Format.DOCX,
    ".pptx": Format.PPTX, ".xlsx": Format.XLSX, ".csv": Format.CSV, ".tsv": Format.TSV,
    ".jsonl": Format.JSON_LINES,
}  # fmt: skip
"""The endings of file names that are known, with their formats."""

_OTHER_NAMES = {
    "application/xhtml+xml": Format.HTML, "text/x-markdown": Format.MARKDOWN, "application/csv": Format.CSV,
    "application/x-ndjson": Format.JSON_LINES, "application/x-jsonlines": Format.JSON_LINES, "application/x-pdf": Format.PDF,
}  # fmt: skip
_ZIPPED = {Format.DOCX: "word/", Format.PPTX: "ppt/", Format.XLSX: "xl/"}
_ZIP, _PDF, _OLE = b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Formats that nobody should take for text, by their first bytes.
_FOREIGN = (
    b"\x7fELF", b"MZ", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", _OLE,
)  # fmt: skip
_PDF_WITHIN = 1024
_BY_TYPE = {form.value: form for form in Format}
_READABLE = "; what can be read: " + ", ".join(sorted({suffix[1:] for suffix in SUFFIXES}))


def check_size(size: int, limits: ReadLimits) -> None:
    """Refuse a file that is empty or too large.

    Raises:
        KnowledgeRefusedError: it is.
    """
    if size == 0:
        raise KnowledgeRefusedError("it is empty")
    if size > limits.file_bytes:
        most = limits.file_bytes // MEGABYTE
        raise KnowledgeRefusedError(f"it is larger than {most} MB; split it, or leave its pictures out")


def format_of(name: str, media_type: str | None) -> Format:
    """Return the format that a file's ending stands for, or else the media type; of an address the other way round.

    Programs that upload files guess at media types, while addresses may end on anything (`/page.md` in HTML).

    Raises:
        KnowledgeRefusedError: it is none that can be read.
    """
    plain = (media_type or "").split(";")[0].strip().lower()
    path = urlsplit(name).path if "://" in name else name
    suffix = PurePath(path).suffix.lower()
    by_name, by_type = SUFFIXES.get(suffix), _OTHER_NAMES.get(plain) or _BY_TYPE.get(plain)
    found = (by_type or by_name) if "://" in name else (by_name or by_type)
    if found is None:
        raise KnowledgeRefusedError(f"its type ({plain or suffix or 'no ending'}) cannot be read{_READABLE}")
    return found


def zip_folder(form: Format) -> str | None:
    """Return the folder that every Office file of this format has inside, or None for other formats."""
    return _ZIPPED.get(form)


def check_beginning(data: bytes, form: Format) -> None:
    """Hold a document's first bytes against its format.

    Raises:
        KnowledgeRefusedError: it is another format than it claims, or locked with a password (Office keeps locked
            files in another container).
    """
    if form in _ZIPPED:
        if data.startswith(_OLE):
            raise KnowledgeRefusedError(
                "it is locked with a password, or in the format of Office before 2007; save it again without"
                " a password as docx, pptx or xlsx"
            )
        if not data.startswith(_ZIP):
            raise KnowledgeRefusedError("it is no Office file, or damaged; save it again and check its type")
    elif form is Format.PDF:
        if _PDF not in data[:_PDF_WITHIN]:
            raise KnowledgeRefusedError("it is no PDF; check its type")
    elif data.startswith((_ZIP, _PDF, *_FOREIGN)):
        raise KnowledgeRefusedError(f"it is not {form.name.lower()} as its name says; check its type")
