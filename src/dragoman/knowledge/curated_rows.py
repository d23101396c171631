"""Approved answers as rows of a table, checked row by row.

Long form, a text a row: `id`, `topic`, `language`, `question`, `wordings` (set apart by `|`), `answer`, `status`,
`reviewer`. Wide form, an entry a row, languages side by side: `id`, `topic`, `question_en`, `answer_en`, `wordings_en`,
`question_de`, ...; `status` and `reviewer` for all of them, or `status_de`, `reviewer_de` for one. Names of columns are
read in any case; what is not known is an error, so that a misspelt column is not lost without a word.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex

from dragoman.languages.cleaning import clean
from dragoman.languages.registry import LANGUAGES, match_tag
from dragoman.nouns.curated import CuratedStatus, CuratedText, EntryId
from dragoman.nouns.errors import KnowledgeRefusedError

LONG_COLUMNS = ("id", "topic", "language", "question", "wordings", "answer", "status", "reviewer")
WORDINGS_APART = "|"
# The row after the one with the names, as spreadsheets count.
FIRST_ROW = 2
MAX_ANSWER_CHARS = 4000
MAX_QUESTION_CHARS = 500
MAX_WORDINGS = 50
_BY_LANGUAGE = ("question", "answer", "wordings", "status", "reviewer")
_SHARED = frozenset({"id", "topic", "status", "reviewer"})
_ID = regex.compile(r"[\p{L}\p{M}\p{Nd}][\p{L}\p{M}\p{Nd}._/-]{0,99}")
_MOST_SHOWN = 5

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row, by its number in the table (the row of names is 1); 0 for the table as a whole."""

    row: int
    message: str

    def __str__(self) -> str:
        return f"row {self.row}: {self.message}" if self.row else self.message


class RowsInvalidError(KnowledgeRefusedError):
    """Rows of a table cannot be taken in; nothing of it was. `errors` has them all, the message the first few."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        shown = "; ".join(str(error) for error in errors[:_MOST_SHOWN])
        more = len(errors) - _MOST_SHOWN
        super().__init__(f"{shown}; and {more} more" if more > 0 else shown)
        self.errors = tuple(errors)


def read_rows(rows: Iterable[Row], *, first_row: int = FIRST_ROW) -> list[CuratedText]:
    """Return the texts that rows hold, in their order.

    Args:
        rows: by column name, all with the same columns; rows that are empty throughout are passed over.
        first_row: the number of the first of them, for errors.

    Raises:
        RowsInvalidError: something is missing, unknown, too long or there twice.
    """
    texts: list[CuratedText] = []
    errors: list[RowError] = []
    seen: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows, start=first_row):
        cells = {name.strip().lower(): clean(cell or "") for name, cell in row.items() if name}
        if not any(cells.values()):
            continue
        try:
            found = list(_texts(cells))
        except ValueError as error:
            errors.append(RowError(number, str(error)))
            continue
        for text in found:
            if (before := seen.setdefault((text.entry, text.language), number)) != number:
                message = (
                    f"{text.entry} stands in row {before} in {text.language} already: remove one of them"
                )
                errors.append(RowError(number, message))
        texts.extend(found)
    if errors:
        raise RowsInvalidError(errors)
    return texts


def is_curated(columns: Iterable[str]) -> bool:
    """Tell whether a table with these columns is one of approved answers: it says of each what its status is."""
    names = {name.strip().lower() for name in columns}
    return any(name == "status" or name.startswith("status_") for name in names)


def _texts(cells: Row) -> Iterator[CuratedText]:
    if "question" in cells or "answer" in cells:
        yield _long(cells)
    else:
        yield from _wide(cells)


def _long(cells: Row) -> CuratedText:
    _known(set(cells) - set(LONG_COLUMNS))
    return _text(cells, _language(cells.get("language", "")), cells)


def _wide(cells: Row) -> Iterator[CuratedText]:
    by_language: dict[str, dict[str, str]] = {}
    unknown: set[str] = set()
    for name, cell in cells.items():
        kind, _, tag = name.partition("_")
        if kind in _BY_LANGUAGE and tag and match_tag(tag):
            by_language.setdefault(_language(tag), {})[kind] = cell
        elif name not in _SHARED:
            unknown.add(name)
    _known(unknown)
    if not by_language:
        raise ValueError("no column for questions: name them question, or question_en, question_de and so on")
    for language, own in by_language.items():
        if own.get("question") or own.get("answer"):
            shared = {key: cells.get(key, "") for key in _SHARED}
            yield _text({**shared, **{key: cell for key, cell in own.items() if cell}}, language, cells)


def _text(own: Row, language: str, cells: Row) -> CuratedText:
    wordings = tuple(part for one in own.get("wordings", "").split(WORDINGS_APART) if (part := one.strip()))
    question = _bounded(own, "question", language, MAX_QUESTION_CHARS)
    if len(wordings) > MAX_WORDINGS or any(len(one) > MAX_QUESTION_CHARS for one in wordings):
        raise ValueError(f"at most {MAX_WORDINGS} wordings of {MAX_QUESTION_CHARS} characters ({language})")
    return CuratedText(
        entry=_id(cells.get("id", "")),
        topic=cells.get("topic", ""),
        language=language,
        question=question,
        wordings=tuple(dict.fromkeys(one for one in wordings if one != question)),
        answer=_bounded(own, "answer", language, MAX_ANSWER_CHARS),
        status=_status(own.get("status", "")),
        reviewer=own.get("reviewer") or None,
    )


def _known(unknown: set[str]) -> None:
    if unknown:
        raise ValueError(f"unknown column {sorted(unknown)[0]}: the columns are {', '.join(LONG_COLUMNS)}")


def _language(tag: str) -> str:
    code = match_tag(tag) if tag else None
    if code is None:
        said = f"{tag} is none of the languages" if tag else "no language"
        raise ValueError(f"{said}: write one of {' '.join(LANGUAGES)}")
    return code


def _id(value: str) -> EntryId:
    if not _ID.fullmatch(value):
        said = "no id" if not value else f"the id {value[:100]} has other characters or is too long"
        raise ValueError(f"{said}: give each entry a name of letters, digits, dots and dashes")
    return EntryId(value)


def _bounded(own: Row, key: str, language: str, most: int) -> str:
    value = own.get(key, "")
    if not value:
        raise ValueError(f"no {key} ({language})")
    if len(value) > most:
        raise ValueError(f"the {key} has {len(value)} characters: at most {most} ({language})")
    return value


def _status(value: str) -> CuratedStatus:
    if not value:
        return CuratedStatus.DRAFT
    try:
        return CuratedStatus(value.lower())
    except ValueError:
        raise ValueError(f"the status {value[:40]} is neither draft nor approved") from None
