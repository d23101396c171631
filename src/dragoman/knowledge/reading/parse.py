"""One document's bytes into a `ReadDocument`; runs in the limited process only."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath

from dragoman.knowledge.reading.archives import check_archive
from dragoman.knowledge.reading.base import QARow, ReadDocument, ReadLimits, Section
from dragoman.knowledge.reading.encoding import charset_of, decode, is_text
from dragoman.knowledge.reading.kinds import Format, check_beginning, check_size, format_of, zip_folder
from dragoman.languages.cleaning import clean
from dragoman.nouns.errors import KnowledgeRefusedError

_TABLES = (Format.CSV, Format.TSV, Format.JSON_LINES, Format.XLSX)
_GUESSED = "its encoding was guessed ({encoding}); save it as UTF-8 if letters came out wrong"


def parse(
    data: bytes, name: str, media_type: str | None, url: str | None, limits: ReadLimits
) -> ReadDocument:
    """Read one document; see `dragoman.knowledge.reading.read.read_document`."""
    check_size(len(data), limits)
    form = format_of(name, media_type)
    check_beginning(data, form)
    folder = zip_folder(form)
    if folder:
        check_archive(data, folder=folder, unpacked_bytes=limits.unpacked_bytes)
    charset = charset_of(media_type)
    read = _tables(data, form, name, charset) if form in _TABLES else _text(data, form, name, charset)
    _check_yield(read, limits)
    return read if read.url else replace(read, url=url)


def _text(data: bytes, form: Format, name: str, charset: str | None) -> ReadDocument:
    # Each reader is imported where it is used: they are large, and a document needs one.
    from dragoman.knowledge.reading.markdown import read_markdown

    if form in (Format.PDF, Format.DOCX, Format.PPTX):
        from dragoman.knowledge.reading.office import read_office

        text, own_title, warnings = read_office(data, form)
        _, title, sections = read_markdown(text)
        return _document(form, name, title or own_title, sections, warnings)
    text, warnings = _decoded(data, form, charset)
    if form is Format.HTML:
        from dragoman.knowledge.reading.html import read_html

        return _document(form, name, *read_html(text), warnings)
    if form is Format.TEXT:
        return _document(form, name, None, (Section((), clean(text)),), warnings)
    fields, title, sections = read_markdown(text)
    read = _document(form, name, fields.get("title") or title, sections, warnings)
    return replace(read, topic=fields.get("topic") or None, url=fields.get("url") or None)


def _tables(data: bytes, form: Format, name: str, charset: str | None) -> ReadDocument:
    from dragoman.knowledge.reading import tables

    warnings: tuple[str, ...] = ()
    if form is Format.XLSX:
        found = tables.sheet_tables(data)
    else:
        text, warnings = _decoded(data, form, charset)
        found = (
            tables.json_lines_tables(text)
            if form is Format.JSON_LINES
            else tables.csv_tables(text, tabs=form is Format.TSV)
        )
    read = tables.read_tables(found)
    document = _document(form, name, None, read.sections, warnings)
    return replace(document, qa=read.qa, kind=read.kind, rows=read.rows)


def _decoded(data: bytes, form: Format, charset: str | None) -> tuple[str, tuple[str, ...]]:
    text, encoding = decode(data, charset=charset, declared=form is Format.HTML)
    if not is_text(text):
        raise KnowledgeRefusedError("it is no text; check its type")
    guessed = not encoding.startswith("utf") and form is not Format.HTML
    return text, (_GUESSED.format(encoding=encoding),) if guessed else ()


def _document(
    form: Format, name: str, title: str | None, sections: Iterable[Section], warnings: tuple[str, ...]
) -> ReadDocument:
    filled = tuple(section for section in sections if section.text)
    title = " ".join(clean(title or "").split()) or PurePath(name).stem or name
    return ReadDocument(title=title, sections=filled, media_type=form.value, warnings=warnings)


def _check_yield(read: ReadDocument, limits: ReadLimits) -> None:
    """Refuse a document out of which nothing, or far too much, came."""
    chars = sum(len(section.text) for section in read.sections) + sum(map(_qa_chars, read.qa))
    chars += sum(len(cell) for row in read.rows for cell in row.values())
    if chars == 0:
        scanned = ", or only pictures of text: run text recognition (OCR) on it first"
        raise KnowledgeRefusedError(
            f"there is no text in it{scanned if read.media_type == Format.PDF else ''}"
        )
    if chars > limits.text_chars:
        raise KnowledgeRefusedError(f"it holds more than {limits.text_chars:,} characters of text; split it")


def _qa_chars(row: QARow) -> int:
    return len(row.question) + len(row.answer)
