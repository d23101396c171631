"""PDF, Word and PowerPoint, read by kreuzberg."""

from typing import Any

import regex
from kreuzberg import ExtractionConfig, extract_bytes_sync
from kreuzberg.exceptions import KreuzbergError

from dragoman.knowledge.reading.kinds import Format
from dragoman.nouns.errors import KnowledgeRefusedError

_ARABIC = regex.compile(r"[\p{Arabic}\p{Hebrew}]")
_LETTER = regex.compile(r"\p{L}")
_SOME = 0.05
ARABIC_PDF = "Arabic, Persian, Urdu and Hebrew text out of PDFs is often damaged: read it through, or add the document as docx"


def read_office(data: bytes, form: Format) -> tuple[str, str | None, tuple[str, ...]]:
    """Return the text as Markdown, the title in the file's properties, and warnings.

    Raises:
        KnowledgeRefusedError: it is damaged or locked with a password.
    """
    config = ExtractionConfig(use_cache=False, output_format="markdown", enable_quality_processing=False)
    try:
        result = extract_bytes_sync(data, form.value, config)
    except KreuzbergError as error:
        raise _refusal(str(error), form) from error
    metadata: dict[str, Any] = dict(result.metadata)
    if metadata.get("is_encrypted"):
        raise _refusal("password", form)
    title = metadata.get("title")
    warnings = (ARABIC_PDF,) if form is Format.PDF and _much_arabic(result.content) else ()
    return result.content, title if isinstance(title, str) else None, warnings


def _refusal(reason: str, form: Format) -> KnowledgeRefusedError:
    if "password" in reason.lower() or "encrypt" in reason.lower():
        return KnowledgeRefusedError("it is locked with a password; save it again without one")
    return KnowledgeRefusedError(f"it is damaged, or no {form.name.lower()}; save it again")


def _much_arabic(text: str) -> bool:
    return len(_ARABIC.findall(text)) > _SOME * max(1, len(_LETTER.findall(text)))
