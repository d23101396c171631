"""Approved answers as PO files, one for each language to translate into.

Each text is a message with the context `ENTRY:question`, `ENTRY:wordings` or `ENTRY:answer`; what is a draft is marked
`fuzzy`, which is how translation programs mark what is to be looked over. Topic and reviewer stand in comments.
"""

from collections.abc import Sequence

import polib

from dragoman.knowledge.curated_rows import WORDINGS_APART, RowError, RowsInvalidError, read_rows
from dragoman.languages.registry import match_tag
from dragoman.nouns.curated import CuratedStatus, CuratedText
from dragoman.nouns.errors import KnowledgeRefusedError

_PARTS = ("question", "wordings", "answer")
_TOPIC = "topic: "
_REVIEWER = "reviewer: "


def write_po(texts: Sequence[CuratedText], *, language: str | None, source: str) -> bytes:
    """Return a PO file from one language into another; what has no translation yet is an empty message.

    Raises:
        KnowledgeRefusedError: there is no language, or it is the one to translate from.
    """
    if language is None or language == source:
        raise KnowledgeRefusedError(
            "a PO file is for one language: name it with --language, another than the source"
        )
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {
        "Language": language,
        "X-Source-Language": source,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    targets = {text.entry: text for text in texts if text.language == language}
    for text in texts:
        if text.language == source:
            catalogue.extend(_messages(text, targets.get(text.entry)))
    return str(catalogue).encode()


def read_po(data: bytes) -> list[CuratedText]:
    """Return the texts of a PO file; entries whose question or answer is not translated are left out.

    Raises:
        RowsInvalidError: a message is wrong; the row is its line.
        KnowledgeRefusedError: it is no PO file, or does not say its language.
    """
    try:
        catalogue = polib.pofile(data.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise KnowledgeRefusedError(f"the PO file cannot be read: {error}") from None
    language = match_tag(catalogue.metadata.get("Language", ""))
    if language is None:
        raise KnowledgeRefusedError(
            "the PO file does not say its language: write it in the header, “Language: de”"
        )
    rows: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    for message in catalogue:
        entry, _, part = (message.msgctxt or "").rpartition(":")
        if part not in _PARTS or not entry:
            what = "no context like ENTRY:question, ENTRY:wordings or ENTRY:answer"
            raise RowsInvalidError([RowError(message.linenum or 0, what)])
        _take(
            rows.setdefault(entry, {"id": entry, "language": language, "status": "approved"}), message, part
        )
        lines.setdefault(entry, message.linenum or 0)
    texts: list[CuratedText] = []
    for entry, row in rows.items():
        if row.get("question") and row.get("answer"):
            texts.extend(read_rows([row], first_row=lines[entry]))
    return texts


def _messages(text: CuratedText, target: CuratedText | None) -> list[polib.POEntry]:
    wordings = f" {WORDINGS_APART} "
    sources = (text.question, wordings.join(text.wordings), text.answer)
    targets = (target.question, wordings.join(target.wordings), target.answer) if target else ("", "", "")
    reviewer = f"{_REVIEWER}{target.reviewer}" if target and target.reviewer else ""
    fuzzy = target is not None and target.status is CuratedStatus.DRAFT
    return [
        polib.POEntry(
            msgctxt=f"{text.entry}:{part}",
            msgid=before,
            msgstr=after,
            comment=f"{_TOPIC}{text.topic}" if text.topic else "",
            tcomment=reviewer,
            flags=["fuzzy"] if fuzzy else [],
        )
        for part, before, after in zip(_PARTS, sources, targets, strict=True)
        if before or after
    ]


def _take(row: dict[str, str], message: polib.POEntry, part: str) -> None:
    row[part] = message.msgstr
    if "fuzzy" in message.flags:
        row["status"] = "draft"
    for line in (message.comment or "").splitlines():
        if line.startswith(_TOPIC):
            row["topic"] = line.removeprefix(_TOPIC)
    for line in (message.tcomment or "").splitlines():
        if line.startswith(_REVIEWER):
            row["reviewer"] = line.removeprefix(_REVIEWER)
