"""What PostgreSQL can hold: UTF-8 without the NUL character."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, cast

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return `text` with NUL and lone surrogates replaced by U+FFFD: odd text is kept as far as it goes, not lost."""
    return _UNSTORABLE.sub("\ufffd", text)


def json_text(data: Mapping[str, Any]) -> str:
    """Return `data` as JSON that `jsonb` takes, every text in it made storable.

    Raises:
        ValueError: a number is infinite or not a number, which JSON has no word for.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    if "\\u0000" in text or _UNSTORABLE.search(text):
        text = json.dumps(_storable(data), ensure_ascii=False, allow_nan=False)
    return text


def digest(text: str | None) -> bytes | None:
    """Return the SHA-256 of any text, storable or not; None of None."""
    return None if text is None else hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        items = cast(Mapping[Any, Any], value).items()
        return {_storable(key): _storable(item) for key, item in items}
    if isinstance(value, list | tuple):
        return [_storable(item) for item in cast(list[Any], value)]
    return value
