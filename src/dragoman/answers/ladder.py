"""The ladder of answers, top to bottom: the first rung that answers wins, and says why it did."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Protocol

from dragoman.answers.agreement import says_the_same
from dragoman.answers.answerable import Answerable
from dragoman.answers.base import Answer, Asked, Question, Step
from dragoman.answers.cache import AnswerCache
from dragoman.answers.curated import CuratedAnswers
from dragoman.answers.decline import Decline
from dragoman.answers.figures import Figures
from dragoman.answers.generate import Renderer
from dragoman.answers.levels import Levels
from dragoman.answers.model_name import ModelName
from dragoman.answers.quote import Quote, citation_of, close_finds, of_one_section
from dragoman.answers.small_talk import SmallTalk
from dragoman.embeddings.base import Embedder
from dragoman.engines.base import ChatMessage
from dragoman.knowledge.search import Search
from dragoman.nouns.curated import CuratedMatch
from dragoman.nouns.knowledge import Found, Passage
from dragoman.nouns.level import Level
from dragoman.nouns.message import Source

# Passages looked at: the best is given, the next may be given too, the rest say how it stands out.
_LIMIT = 5
# Passages that may bear an approved answer out, and how much less than the best one they may fit: where another
# passage is clearly what was asked for, one that says the same as the answer says nothing for it.
_WITNESSES = 3
_WITNESSES_FIT = 0.03


class KnownTopics(Protocol):
    """What the ladder asks of the knowledge beside passages; see `dragoman.storage.knowledge`."""

    async def version(self) -> int:
        """Return the version of the knowledge, which grows with every change."""
        ...

    async def topics(self, language: str) -> Sequence[str]:
        """Return the topic areas that it covers, named in `language` where they have a name in it."""
        ...


class Ladder:
    """Climbs down from what a person approved to an honest decline. See `dragoman.answers.base.Answering`.

    Args:
        embedder: makes the question's vector, once.
        knowledge: its version and topics.
        small_talk, curated, cache, search, answerable, renderer, figures, quote, decline: the rungs, and what stands between.
        levels: how far the model may be trusted in each language.
        model_name: which model that is.
    """

    def __init__(
        self,
        *,
        embedder: Embedder,
        knowledge: KnownTopics,
        small_talk: SmallTalk,
        curated: CuratedAnswers,
        cache: AnswerCache,
        search: Search,
        answerable: Answerable,
        renderer: Renderer,
        figures: Figures,
        quote: Quote,
        decline: Decline,
        levels: Levels,
        model_name: ModelName,
    ) -> None:
        self._embedder = embedder
        self._knowledge = knowledge
        self._small_talk = small_talk
        self._curated = curated
        self._cache = cache
        self._search = search
        self._answerable = answerable
        self._renderer = renderer
        self._figures = figures
        self._quote = quote
        self._decline = decline
        self._levels = levels
        self._model_name = model_name

    async def prepare(self) -> None:
        """Make ready what the first question would wait for.

        Raises:
            StorageUnavailableError: the database cannot be reached.
        """
        await self._curated.prepare()

    async def climb(self, text: str, language: str, history: Sequence[ChatMessage]) -> AsyncIterator[Step]:
        """See the base."""
        if (talk := self._small_talk.answer(text, language)) is not None:
            yield talk
            return

        asked, version = Asked(text, language, history), await self._knowledge.version()
        # What has been asked in these very words needs no vector, which costs more than all the rest.
        if (known := await self._word_for_word(asked, version)) is not None:
            yield known
            return

        question = await self._read(asked)
        approved = await self._curated.find(question, version)
        if approved is not None and approved.sure:
            yield _curated(approved, "same_question")
            return
        if (kept := await self._cache.find(question, version)) is not None:
            yield kept
            return

        question, found = await self._passages(question)
        verdict = self._answerable.judge(language, found)
        if approved is not None and verdict.answerable and _borne_out(approved, found):
            yield _curated(approved, "near_question")
            return
        level = self._levels.of(await self._model_name.current(), language)
        if not verdict.answerable or level is Level.CURATED_ONLY:
            reason = "not_approved" if verdict.answerable else verdict.reason
            yield self._decline.answer(language, await self._knowledge.topics(language), reason)
            return

        answer: Answer | None = None
        async for step in self._from_passages(question, found, level):
            if isinstance(step, Answer):
                answer = step
            yield step
        assert answer is not None, "a quotation can always be made"
        await self._cache.store(question, answer, version)

    async def _word_for_word(self, asked: Asked, version: int) -> Answer | None:
        if (approved := await self._curated.word_for_word(asked, version)) is not None:
            return _curated(approved, "same_question")
        return await self._cache.word_for_word(asked, version)

    async def _read(self, asked: Asked) -> Question:
        vector = (await self._embedder.queries([asked.text]))[0]
        return Question(asked.text, asked.language, asked.history, vector=vector)

    async def _passages(self, question: Question) -> tuple[Question, Sequence[Found]]:
        """Search; for a question that finds nothing by itself, with what the customer said before it.

        "And to Austria?" means something only after "How long does delivery take?".
        """
        found = await self._find(question)
        said_before = [message.content for message in question.history if message.role == "user"]
        if not said_before or self._answerable.judge(question.language, found).answerable:
            return question, found
        text = f"{said_before[-1]}\n{question.text}"
        together = await self._read(Asked(text, question.language, question.history))
        return together, await self._find(together)

    async def _find(self, question: Question) -> Sequence[Found]:
        return await self._search.find(
            question.text, question.vector, language=question.language, limit=_LIMIT
        )

    async def _from_passages(
        self, question: Question, found: Sequence[Found], level: Level
    ) -> AsyncIterator[Step]:
        reason = "own_words"
        if found[0].passage.language != question.language:
            reason = f"level_{level.name.lower()}"
            if level is Level.GENERATE:
                reason = "not_rendered" if of_one_section(close_finds(found)) else "several_passages"
        if reason == "not_rendered":
            rendered = False
            async for step in self._rendered(question, found[0].passage):
                rendered = rendered or isinstance(step, Answer)
                yield step
            if rendered:
                return
        told = await self._figures.answer(question, found, reason)
        yield told or await self._quote.answer(question, found, reason)

    async def _rendered(self, question: Question, passage: Passage) -> AsyncIterator[Step]:
        """Have the model say the passage in the customer's language, behind the figures that were asked for.

        No answer comes where it cannot.
        """
        citations = (citation_of(passage),)
        yield citations
        sentences = await self._quote.sentences(question, passage)
        opening = self._figures.opening(question, passage, sentences)
        if opening is not None:
            yield f"{opening}\n\n"
        async for step in self._renderer.write(
            sentences, of=passage.language, language=question.language, citations=citations
        ):
            if isinstance(step, Answer) and opening is not None:
                yield replace(step, text=f"{opening}\n\n{step.text}")
            else:
                yield step


def _borne_out(match: CuratedMatch, found: Sequence[Found]) -> bool:
    """Tell whether what was found says what was approved: two ways of looking came to the same answer."""
    return any(
        says_the_same(match.text, match.language, one.passage.text, one.passage.language)
        for one in found[:_WITNESSES]
        if one.score >= found[0].score - _WITNESSES_FIT
    )


def _curated(match: CuratedMatch, reason: str) -> Answer:
    return Answer(match.text, Source.CURATED, (match.citation,), reason=reason)
