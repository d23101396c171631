"""Bytes to text, whatever encoding they came in."""

import codecs
import re

from charset_normalizer import from_bytes

# The longer marks first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_HEAD_BYTES = 2048
_GUESS_BYTES = 200_000
# What programs of the last thirty years wrote the 29 languages in before UTF-8; all else would only be mistaken for it.
_LEGACY = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp1254", "cp1255", "cp1256", "cp1258", "cp874", "gb18030", "big5", "cp932",
    "euc_jp", "cp949",
]  # fmt: skip
# Of a text's bytes in UTF-16 without a mark, about half are zero wherever it has ASCII in it.
_ZEROS = 0.2
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_MOST_CONTROLS = 0.02


def decode(data: bytes, *, charset: str | None = None, declared: bool = False) -> tuple[str, str]:
    """Return the text of `data` and the encoding it was in.

    A byte order mark decides, then UTF-8 where the bytes are that, then what its sender says (`charset`), then what
    the text says of itself (`declared`: `<meta charset>`), then a guess from its letters.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    unmarked = _utf16_without_mark(data)
    for encoding in (unmarked, "utf-8", charset, _declared(data) if declared else None):
        text = _strictly(data, encoding) if encoding else None
        if encoding and text is not None:
            return text, encoding
    best = from_bytes(data[:_GUESS_BYTES], cp_isolation=_LEGACY).best()
    encoding = best.encoding if best else "cp1252"
    return data.decode(encoding, "replace"), encoding


def charset_of(media_type: str | None) -> str | None:
    """Return the charset that a media type names, or None."""
    _, _, told = (media_type or "").lower().partition("charset=")
    return told.split(";")[0].strip(" \"'") or None


def is_text(text: str) -> bool:
    """Tell whether a decoded text is one, and no program or picture: it has next to no control characters."""
    return len(_CONTROLS.findall(text)) <= _MOST_CONTROLS * len(text)


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:_HEAD_BYTES])
    try:
        return codecs.lookup(found[1].decode("ascii")).name if found else None
    except LookupError:
        return None


def _utf16_without_mark(data: bytes) -> str | None:
    head = data[:_HEAD_BYTES]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < _ZEROS * max(1, len(head) // 2) or min(even, odd) > 0.02 * len(head):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"
