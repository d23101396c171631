"""Languages by the names that they have in each other, after CLDR (through Babel)."""

from dragoman.languages.quantities.lexicon import locale_of
from dragoman.languages.registry import language as named


def name_of(language: str, in_language: str) -> str:
    """Return the name of a language in another one, `allemand`; its own name where CLDR does not say."""
    name = locale_of(in_language).languages.get("fil" if language == "tl" else language)
    return name or named(language).own
