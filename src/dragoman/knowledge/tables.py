"""Approved answers out to tables and back in: CSV and XLSX for owners, PO for translators."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, cast

import regex
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from python_calamine import CalamineError, CalamineWorkbook

from dragoman.knowledge.curated_rows import (
    FIRST_ROW,
    LONG_COLUMNS,
    WORDINGS_APART,
    RowError,
    RowsInvalidError,
    read_rows,
)
from dragoman.knowledge.po import read_po, write_po
from dragoman.nouns.curated import CuratedText
from dragoman.nouns.errors import KnowledgeRefusedError

Format = Literal["csv", "xlsx", "po"]
FORMATS: tuple[Format, ...] = ("csv", "xlsx", "po")
MAX_FILE_BYTES = 50_000_000
# What spreadsheet programs take for a formula at the beginning of a cell (OWASP, CSV injection).
_FORMULA = regex.compile(r"[=+\-@\t\r]")
_ESCAPED = regex.compile(r"'[=+\-@\t\r]")
_WIDTHS: Mapping[str, int] = {"question": 50, "wordings": 50, "answer": 80, "id": 20, "topic": 20}


def format_of(path: Path, given: str | None = None) -> Format:
    """Return the format that was given, or the one a file's name says.

    Raises:
        KnowledgeRefusedError: neither is known.
    """
    said = (given or path.suffix.removeprefix(".")).lower()
    for known in FORMATS:
        if said == known:
            return known
    raise KnowledgeRefusedError(
        f"{path.name} is neither CSV, XLSX nor PO: name it so, or choose one with --format"
    )


def write_table(
    texts: Sequence[CuratedText], format: Format, *, language: str | None = None, source: str = "en"
) -> bytes:
    """Return the file that holds the texts.

    Args:
        texts: a row each, in their order.
        format: of the file.
        language: for PO, the language to translate into; it needs one.
        source: for PO, the language to translate from.

    Raises:
        KnowledgeRefusedError: a PO file without a language, or from a language into itself.
    """
    match format:
        case "csv":
            return _csv(texts)
        case "xlsx":
            return _xlsx(texts)
        case "po":
            return write_po(texts, language=language, source=source)


def read_table(data: bytes, format: Format) -> list[CuratedText]:
    """Return the texts that a file holds; see `curated_rows` for the columns of CSV and XLSX.

    Raises:
        RowsInvalidError: rows, by their numbers, are wrong.
        KnowledgeRefusedError: the file cannot be read, or is larger than `MAX_FILE_BYTES`.
    """
    if len(data) > MAX_FILE_BYTES:
        raise KnowledgeRefusedError(f"the file is larger than {MAX_FILE_BYTES // 1_000_000} MB: split it")
    match format:
        case "csv":
            return read_rows(_csv_rows(data))
        case "xlsx":
            return read_rows(_xlsx_rows(data))
        case "po":
            return read_po(data)


def _cells(text: CuratedText) -> tuple[str, ...]:
    wordings = f" {WORDINGS_APART} ".join(text.wordings)
    return (
        text.entry, text.topic, text.language, text.question, wordings, text.answer, text.status.value,
        text.reviewer or "",
    )  # fmt: skip


def _csv(texts: Iterable[CuratedText]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(LONG_COLUMNS)
    for text in texts:
        writer.writerow(f"'{cell}" if _FORMULA.match(cell) else cell for cell in _cells(text))
    # With the mark of byte order, without which spreadsheet programs take UTF-8 for something else.
    return out.getvalue().encode("utf-8-sig")


def _xlsx(texts: Iterable[CuratedText]) -> bytes:
    book = Workbook(write_only=False)
    sheet = book.create_sheet("answers", 0)
    sheet.append(LONG_COLUMNS)
    for row, text in enumerate(texts, start=FIRST_ROW):
        for column, value in enumerate(_cells(text), start=1):
            cell = cast(Cell, sheet.cell(row, column))
            cell.value = _storable_in_xml(value)
            # Text, whatever it begins with: never a formula.
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, name in enumerate(LONG_COLUMNS):
        cast(Cell, sheet.cell(1, column + 1)).font = Font(bold=True)
        sheet.column_dimensions[chr(ord("A") + column)].width = _WIDTHS.get(name, 12)
    sheet.freeze_panes = "A2"
    del book["Sheet"]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _storable_in_xml(text: str) -> str:
    return regex.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def _csv_rows(data: bytes) -> Iterator[Mapping[str, str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KnowledgeRefusedError(
            f"the file is not UTF-8 (byte {error.start}): save it as “CSV UTF-8”, or as XLSX"
        ) from None
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    try:
        yield from _by_name(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise KnowledgeRefusedError(f"the table cannot be read: {error}") from None


def _xlsx_rows(data: bytes) -> Iterator[Mapping[str, str]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise KnowledgeRefusedError(f"the workbook cannot be read: {error}") from None
    yield from _by_name([_as_text(cell) for cell in row] for row in rows)


def _as_text(cell: object) -> str:
    """Write a number that is whole without a point, as it was typed."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _by_name(rows: Iterable[Sequence[str]]) -> Iterator[Mapping[str, str]]:
    names: Sequence[str] | None = None
    for number, row in enumerate(rows, start=1):
        if names is None:
            names = [name.strip().lower() for name in row]
            if len(set(filter(None, names))) != len(list(filter(None, names))):
                raise RowsInvalidError([RowError(1, "two columns have one name")])
            if "id" not in names:
                raise RowsInvalidError(
                    [RowError(1, "no column is named id, as in the first row of an export")]
                )
            continue
        if any(cell.strip() for cell in row[len(names) :]):
            raise RowsInvalidError([RowError(number, "more cells than the table has columns")])
        cells = (cell[1:] if _ESCAPED.match(cell) else cell for cell in row)
        yield dict(zip(names, cells, strict=False))
    if names is None:
        raise RowsInvalidError([RowError(0, "the table is empty")])
