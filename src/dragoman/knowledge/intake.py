"""From what was read to what is stored: documents in one language each, cut into passages."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dragoman.knowledge.cutting import cut
from dragoman.knowledge.reading.base import QARow, ReadDocument, Section
from dragoman.knowledge.tricks import is_trick, without_tricks
from dragoman.knowledge.words import WORDS_BY, index_words
from dragoman.languages.registry import match_tag
from dragoman.nouns.documents import NewDocument, NewPassage
from dragoman.storage.knowledge import document_id

DetectLanguage = Callable[[str], str]
"""Tells the code of the language that a text is written in."""

# A shorter section says too little of its language by itself: the document it stands in says more.
_TELLING_CHARS = 160
# What is looked at to tell a document's language.
_LOOKED_AT_CHARS = 4000


@dataclass(frozen=True, slots=True)
class _Draft:
    """A document before it is cut. `part` tells it from the others of its source."""

    part: str
    title: str
    topic: str
    language: str
    url: str | None
    sections: Sequence[Section]


def documents_of(
    read: ReadDocument,
    location: str,
    *,
    detect_language: DetectLanguage,
    language: str | None = None,
    topic: str | None = None,
) -> list[NewDocument]:
    """Return the documents that a source gives.

    Its text is one; the questions and answers of its tables are one for each language, title, topic and address
    that their rows have, each question a heading above its answer.

    Args:
        read: what was read.
        location: where, from which the documents get their ids.
        detect_language: asked where nothing says the language.
        language: the code of the language of all of it, where whoever adds it knows.
        topic: the topic of all of it, where whoever adds it says so.
    """
    drafts = [*_text(read, detect_language, language), *_tables(read, detect_language, language)]
    documents: list[NewDocument] = []
    for draft in drafts:
        passages = list(_passages(draft, detect_language, language))
        if passages:
            documents.append(_document(draft, passages, location, topic))
    return list({document.content_hash: document for document in documents}.values())


def for_readers(read: ReadDocument) -> ReadDocument:
    """Return what was read without the sentences and headings that speak to a model; a warning says how many.

    What stood under a heading that goes stays, under those around it; sections and rows of which nothing is left go.
    Tables of approved answers and of topics are the owner's own words and stay as they are.
    """
    sections, from_sections = _cleaned_sections(read.sections)
    rows, from_rows = _cleaned_rows(read.qa)
    if not (dropped := from_sections + from_rows):
        return read
    warning = f"left out what speaks to a model rather than to a reader ({dropped} sentences or headings): look at who wrote it"
    return replace(read, sections=sections, qa=rows, warnings=(*read.warnings, warning))


def meaning_of(title: str, headings: Sequence[str], text: str) -> str:
    """Return what a passage is embedded as: under the heading that says what it is about, else its document's title."""
    return f"{headings[-1] if headings else title}: {text}"


def _cleaned_sections(sections: Sequence[Section]) -> tuple[tuple[Section, ...], int]:
    kept: list[Section] = []
    dropped = 0
    tricky = {heading for section in sections for heading in section.headings if is_trick(heading)}
    for section in sections:
        text, left_out = without_tricks(section.text)
        dropped += left_out
        if text:
            headings = tuple(one for one in section.headings if one not in tricky)
            kept.append(replace(section, headings=headings, text=text))
    return tuple(kept), dropped + len(tricky)


def _cleaned_rows(rows: Sequence[QARow]) -> tuple[tuple[QARow, ...], int]:
    kept: list[QARow] = []
    dropped = 0
    for row in rows:
        answer, left_out = without_tricks(row.answer)
        asks_a_model = is_trick(row.question)
        dropped += left_out + asks_a_model
        if answer and not asks_a_model:
            kept.append(replace(row, answer=answer))
    return tuple(kept), dropped


def _text(read: ReadDocument, detect: DetectLanguage, language: str | None) -> Iterator[_Draft]:
    if read.sections:
        code = language or _said(read.sections) or detect(_beginning(read.sections))
        yield _Draft("text", read.title, read.topic or "", code, read.url, read.sections)


def _tables(read: ReadDocument, detect: DetectLanguage, language: str | None) -> Iterator[_Draft]:
    together: dict[tuple[str, str, str, str | None], list[Section]] = {}
    for row in read.qa:
        code = language or _code(row.language) or detect(f"{row.question}\n{row.answer}")
        key = (code, row.title or read.title, row.topic or read.topic or "", row.url or read.url)
        together.setdefault(key, []).append(_section(row, code))
    for (code, title, topic, url), sections in together.items():
        yield _Draft(json.dumps([code, title, topic, url]), title, topic, code, url, sections)


def _section(row: QARow, code: str) -> Section:
    return Section(headings=(row.question,), text=row.answer, language=code)


def _passages(draft: _Draft, detect: DetectLanguage, language: str | None) -> Iterator[NewPassage]:
    for section in draft.sections:
        code = language or _code(section.language)
        if code is None:
            code = detect(section.text) if len(section.text) >= _TELLING_CHARS else draft.language
        for text in cut(section.text):
            words = index_words(text, section.headings, draft.title, code)
            yield NewPassage(section.headings, code, text, words, WORDS_BY)


def _document(draft: _Draft, passages: Sequence[NewPassage], location: str, topic: str | None) -> NewDocument:
    topic = topic or draft.topic
    said = [
        [draft.title, draft.language, topic],
        *([*one.headings, one.language, one.text] for one in passages),
    ]
    whole = json.dumps(said, ensure_ascii=False).encode(errors="surrogatepass")
    return NewDocument(
        id=document_id(location, draft.part),
        title=draft.title,
        topic=topic,
        language=draft.language,
        url=draft.url,
        content_hash=hashlib.sha256(whole).hexdigest(),
        passages=passages,
    )


def labels_of(rows: Sequence[Mapping[str, str]]) -> dict[tuple[str, str], str]:
    """Return the names that a table of topics holds, by topic and language code.

    Its first column has the topics, each other one their names in the language that it is called by.
    """
    labels: dict[tuple[str, str], str] = {}
    for row in rows:
        (_, topic), *names = row.items()
        for tag, label in names:
            if topic and label and (code := match_tag(tag)):
                labels[topic, code] = label
    return labels


def _said(sections: Sequence[Section]) -> str | None:
    return next((code for section in sections if (code := _code(section.language))), None)


def _code(tag: str | None) -> str | None:
    return match_tag(tag) if tag else None


def _beginning(sections: Sequence[Section]) -> str:
    taken: list[str] = []
    room = _LOOKED_AT_CHARS
    for section in sections:
        if room <= 0:
            break
        taken.append(section.text[:room])
        room -= len(section.text)
    return "\n".join(taken)
