"""Languages by the names that they have in each other, after CLDR (through Babel)."""

from collections.abc import Mapping
from typing import cast

from dragoman.languages.quantities.lexicon import locale_of
from dragoman.languages.registry import language as named


def name_of(language: str, in_language: str) -> str:
    """Return the name of a language in another one, `allemand`; its own name where CLDR does not say."""
    names = cast("Mapping[str, str]", locale_of(in_language).languages)
    name = names.get("fil" if language == "tl" else language)
    return name or named(language).own
