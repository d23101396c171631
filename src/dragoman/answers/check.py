"""The guard: what a sentence of the model has to pass before a customer sees it."""

from dataclasses import replace

import regex

from dragoman.answers.loops import loop_start
from dragoman.answers.same_question.compare import compare
from dragoman.answers.same_question.marks import marks_of
from dragoman.embeddings.base import Embedder
from dragoman.languages.base import LanguageDetector
from dragoman.languages.places import COUNTRY
from dragoman.languages.quantities import find, identifiers, unknown_identifiers, unsupported
from dragoman.languages.registry import language as named
from dragoman.languages.scripts import count_scripts, counted_scripts

# Cosine of a sentence and its rendering, from which on they say the same: renderings that people found right lay
# above it, copied examples and babble below (docs/decisions/0012-what-the-model-writes.md).
_SAME_MEANING = 0.86
# Of another script, a name or a unit may be there: so much of the letters, at most.
_MOST_FOREIGN = 0.15
_LATIN_WORD = regex.compile(r"(?<![\w@./-])\p{Latin}{3,}(?![\w@./-])")
# The template's own marks, and words of the prompt.
_TEMPLATE = regex.compile(
    r"<\|[^|]*\|>|\[\d+\]|translate customer|customer-service sentences", regex.IGNORECASE
)
_LONGEST = 3.0


class Check:
    """Checks sentences that a model wrote from a passage's.

    Args:
        detector: tells the language of a text.
        embedder: tells whether two texts mean the same.
    """

    def __init__(self, detector: LanguageDetector, embedder: Embedder) -> None:
        self._detector = detector
        self._embedder = embedder

    async def refuses(self, text: str, language: str, *, source: str, of: str) -> str | None:
        """Return why the sentence may not be shown, in snake_case, or None where it may.

        Args:
            text: what the model wrote, its masks filled.
            language: the code of the language that it is to be in.
            source: the passage's sentence that it renders.
            of: the code of that one's language.
        """
        return (
            _refused_by_form(text, source)
            or _refused_by_script(text, language, source, of)
            or _refused_by_figures(text, language, source, of)
            or self._refused_by_language(text, language)
            or _refused_by_statement(text, language, source, of)
            or await self._refused_by_meaning(text, source)
            or _refused_by_countries(text, language, source, of)
        )

    def _refused_by_language(self, text: str, language: str) -> str | None:
        return None if self._detector.decide(text, prior=None).language == language else "other_language"

    async def _refused_by_meaning(self, text: str, source: str) -> str | None:
        vectors = await self._embedder.passages([text, source])
        return None if float(vectors[0] @ vectors[1]) >= _SAME_MEANING else "other_meaning"


def _refused_by_form(text: str, source: str) -> str | None:
    if not text.strip():
        return "empty"
    if _TEMPLATE.search(text):
        return "prompt_text"
    if loop_start(text) is not None or len(text) > _LONGEST * len(source) + 40:
        return "repetition"
    return None


def _refused_by_script(text: str, language: str, source: str, of: str) -> str | None:
    counts = count_scripts(text)
    own = sum(counts[script] for script in counted_scripts(named(language).scripts))
    if sum(counts.values()) - own > _MOST_FOREIGN * sum(counts.values()):
        return "other_script"
    return "untranslated_words" if of != language and _left_over(text, source) else None


def _left_over(text: str, source: str) -> set[str]:
    """Return the passage's lower-case words that stand in the rendering as they are: the model did not know them.

    A word that is written alike in both languages (`hotel`) is refused too; what is lost is a quotation instead.
    """
    words = {word for word in _LATIN_WORD.findall(source) if word.islower()}
    return {word for word in words if len(word) > 3} & set(_LATIN_WORD.findall(text))


def _refused_by_statement(text: str, language: str, source: str, of: str) -> str | None:
    """Refuse what turns a statement round, negates it, or is about another country: cosines do not see that.

    Figures were looked at with their units already; as they are written here and there, they only look different.
    """
    said, meant = (replace(marks_of(*one), figures=frozenset()) for one in ((text, language), (source, of)))
    difference = compare(said, meant)
    return None if difference is None else f"other_{difference.reason}"


def _refused_by_countries(text: str, language: str, source: str, of: str) -> str | None:
    """Refuse what names a country that the source does not, or leaves one out: "delivery costs 4.90" is half of it."""
    said, meant = (
        {name for name in marks_of(*one).names if name.startswith(COUNTRY)}
        for one in ((text, language), (source, of))
    )
    return None if said == meant else "other_names"


def _refused_by_figures(text: str, language: str, source: str, of: str) -> str | None:
    if unknown_identifiers(identifiers(text), identifiers(source)):
        return "identifier_unknown"
    wrong = unsupported(text, language, find(source, of))
    return f"figure_{wrong[0].reason}" if wrong else None
