"""Drafts of approved answers in other languages, written by whatever engine there is, for a person to approve.

No figure is the model's own: quantities and names of things are placeholders while it writes, filled in afterwards as
the language writes them. What comes out in another language, loses a placeholder or invents one is no draft.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from dragoman.engines.base import ChatMessage, Engine, Sampling
from dragoman.languages.cleaning import clean
from dragoman.languages.quantities import fill, find, mask, unsupported
from dragoman.languages.registry import language
from dragoman.nouns.curated import CuratedStatus, CuratedText

# Greedy: a translation has one best way. The tokens are those of the longest answer in the wordiest script.
_SAMPLING = Sampling(max_tokens=1000, temperature=0.0, top_p=1.0, repetition_penalty=1.05)
_ASKED = (
    "Translate the customer service text from {source} into {target}. "
    "Copy placeholders like [1] exactly. Write only the translation."
)
# A translation is at most so many times as long, and some letters: beyond, the model goes round in circles.
_LONGEST = 4
_SOME_LETTERS = 40

DetectLanguage = Callable[[str], str]
"""Tells the code of the language that a text is written in."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came of translating one text: the draft, or why there is none."""

    source: CuratedText
    language: str
    draft: CuratedText | None
    refused: str | None = None


class RefusedDraftError(Exception):
    """What the engine wrote is no translation; the message says why."""


def missing(texts: Sequence[CuratedText], *, to: Sequence[str], source: str) -> list[tuple[CuratedText, str]]:
    """Return what is to be translated: texts of `source` with each language of `to` that their entry lacks."""
    there = {(text.entry, text.language) for text in texts}
    originals = [text for text in texts if text.language == source]
    return [(text, code) for text in originals for code in to if (text.entry, code) not in there]


class Translator:
    """Has an engine translate questions and answers, and refuses what cannot be right.

    Args:
        engine: writes.
        detect_language: tells in which language it wrote.
    """

    def __init__(self, engine: Engine, *, detect_language: DetectLanguage) -> None:
        self._engine = engine
        self._detect = detect_language

    async def drafts(self, wanted: Sequence[tuple[CuratedText, str]]) -> AsyncIterator[Drafted]:
        """Yield a draft of each text in each language, in their order.

        Raises what `Engine.chat` raises; what was yielded before holds.
        """
        for text, target in wanted:
            try:
                question = await self._translated(text.question, text.language, target)
                answer = await self._translated(text.answer, text.language, target)
            except RefusedDraftError as refused:
                yield Drafted(text, target, None, str(refused))
                continue
            draft = CuratedText(text.entry, text.topic, target, question, (), answer, CuratedStatus.DRAFT)
            yield Drafted(text, target, draft)

    async def _translated(self, text: str, source: str, target: str) -> str:
        masked = mask(text, source)
        asked = _ASKED.format(source=language(source).english, target=language(target).english)
        messages = [ChatMessage("system", asked), ChatMessage("user", masked.text)]
        written = ""
        async with self._engine.chat(messages, _SAMPLING) as pieces:
            async for piece in pieces:
                written += piece.text
                if len(written) > _LONGEST * len(text) + _SOME_LETTERS:
                    raise RefusedDraftError("it does not come to an end")
        filled = fill(clean(written), masked, target)
        if filled.missing or filled.unknown:
            raise RefusedDraftError("its figures are not those of the original")
        self._check(filled.text, text, source, target)
        return filled.text

    def _check(self, draft: str, text: str, source: str, target: str) -> None:
        if not draft:
            raise RefusedDraftError("nothing was written")
        if unsupported(draft, target, find(text, source)):
            raise RefusedDraftError("it has figures that the original has not")
        if self._detect(draft) != target:
            raise RefusedDraftError(f"it is not in {language(target).english}")
