"""Spreadsheets, CSV and JSON lines: tables of questions and answers, and any other."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from dragoman.knowledge.reading.base import Kind, QARow, Section
from dragoman.knowledge.reading.columns import Column, Role, column_of, is_curated, is_topics, language_named
from dragoman.knowledge.reading.markdown import named_cells
from dragoman.languages.cleaning import clean
from dragoman.nouns.errors import KnowledgeRefusedError

_DELIMITERS = ",;\t|"
_SNIFFED = 8192
_LONGEST_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a name (a sheet's, else empty), its column names, and its rows of as many cells, none all empty."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class ReadTables:
    """What all tables of a document hold; see `ReadDocument`."""

    kind: Kind
    sections: tuple[Section, ...]
    qa: tuple[QARow, ...]
    rows: tuple[Mapping[str, str], ...]


def csv_tables(text: str, *, tabs: bool = False) -> list[Table]:
    """Return the one table of a CSV file; its delimiter is found out."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        return _table(
            "", list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if tabs else _delimiter(text)))
        )
    except csv.Error as error:
        raise KnowledgeRefusedError(f"it is no proper table ({error}); save it again as CSV") from error


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the first lines into the most columns, the same number in each."""

    def columns(delimiter: str) -> tuple[bool, int]:
        lines = [
            row for row in csv.reader(io.StringIO(text[:_SNIFFED], newline=""), delimiter=delimiter) if row
        ][:-1]
        counts = [len(row) for row in lines] or [text[:_SNIFFED].count(delimiter) + 1]
        return min(counts) == max(counts) and counts[0] > 1, counts[0]

    return max(_DELIMITERS, key=columns)


def json_lines_tables(text: str) -> list[Table]:
    """Return the one table of a file with a JSON object on each line."""
    records: list[dict[str, Any]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record: Any = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise KnowledgeRefusedError(f"line {number} is no JSON object; put one on each line")
        records.append(cast("dict[str, Any]", record))
    header = list(dict.fromkeys(key for record in records for key in record))
    return _table("", [header, *([_cell(record.get(key)) for key in header] for record in records)])


def sheet_tables(data: bytes) -> list[Table]:
    """Return the tables of a workbook, one a sheet, hidden sheets left out."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=True)) for name in visible]
    except CalamineError as error:
        raise KnowledgeRefusedError("it is damaged, or no workbook; save it again") from error
    return [
        table
        for name, cells in sheets
        for table in _table(name, [[_cell(cell) for cell in row] for row in cells])
    ]


def _cell(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO 8601 writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.12g}" if abs(value) < 1e15 else str(value)
    return value.isoformat(" ") if hasattr(value, "hour") and hasattr(value, "year") else str(value)


def _table(name: str, lines: Iterable[Sequence[str]]) -> list[Table]:
    """Return a table whose first line that is not empty names its columns; none where nothing stands below."""
    filled = [[clean(cell) for cell in line] for line in lines]
    filled = [line for line in filled if any(line)]
    if not filled:
        return []
    header, *rows = filled
    return [Table(name, header, [[*row, *[""] * (len(header) - len(row))] for row in rows])]


def read_tables(tables: Iterable[Table]) -> ReadTables:
    """Sort what the tables hold by what their columns say they are for."""
    kind: Kind = "text"
    sections: list[Section] = []
    qa: list[QARow] = []
    rows: list[Mapping[str, str]] = []
    for table in tables:
        columns = [column_of(name) for name in table.header]
        if is_curated(table.header) or is_topics(table.header):
            kind = "curated" if is_curated(table.header) else "topics"
            rows += (dict(zip(table.header, row, strict=False)) for row in table.rows)
        elif {Role.QUESTION, Role.ANSWER} <= {column.role for column in columns}:
            qa += _questions(table, columns)
        else:
            sections += _as_text(table)
    return ReadTables(kind, tuple(sections), tuple(qa), tuple(rows))


def _questions(table: Table, columns: Sequence[Column]) -> Iterator[QARow]:
    """Return the questions of a table: for each row one in every language that has both question and answer."""
    for number, row in enumerate(table.rows, start=1):
        cells = {
            column: cell
            for column, cell in reversed(list(zip(columns, row, strict=False)))
            if cell and column.role
        }
        for language in dict.fromkeys(column.language for column in columns if column.role is Role.ANSWER):
            question = _in(cells, Role.QUESTION, language)
            answer = cells.get(Column(Role.ANSWER, language))
            if question and answer:
                told = cells.get(Column(Role.LANGUAGE))
                yield QARow(
                    row=number,
                    question=question,
                    answer=answer,
                    language=language or (language_named(told) if told else None),
                    title=_in(cells, Role.TITLE, language),
                    topic=_in(cells, Role.TOPIC, language),
                    url=_in(cells, Role.URL, language),
                )


def _in(cells: Mapping[Column, str], role: Role, language: str | None) -> str | None:
    """Return what a row says in a language, or else without naming any."""
    return cells.get(Column(role, language)) or cells.get(Column(role))


def _as_text(table: Table) -> Iterator[Section]:
    """Return a table as text, a row a line of `column: value`; a table of one line or one column is that line or column."""
    if not table.rows or len(table.header) == 1:
        lines = [" ".join(table.header), *(" ".join(row).strip() for row in table.rows)]
    else:
        lines = [named_cells(table.header, row) for row in table.rows]
    text = "\n".join(filter(None, lines))
    if text:
        yield Section((table.name,) if table.name else (), text)
