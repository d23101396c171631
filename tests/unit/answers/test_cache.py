"""Remembered answers: only checked ones, only to the same question, only from the same knowledge."""

from collections.abc import AsyncIterator

import pytest

from dragoman.answers.base import Answer, Asked, Question
from dragoman.answers.cache import AnswerCache, may_be_remembered
from dragoman.engines.base import ChatMessage
from dragoman.nouns.message import Citation, Source
from dragoman.storage.answer_cache import PostgresAnswerCache
from dragoman.storage.pool import Database
from dragoman.testing.letter_embedder import LetterEmbedder

pytestmark = pytest.mark.database

LETTERS = LetterEmbedder()
GENERATED = Answer("It takes 3 days.", Source.GENERATED, (Citation("d1", "Delivery", None),), model="m")
ASKED = "How long does the delivery take?"


async def question(words: str = ASKED, language: str = "en", *history: ChatMessage) -> Question:
    return Question(words, language, history, vector=(await LETTERS.queries([words]))[0])


async def recalled(cache: AnswerCache, asked: Question, version: int, scope: str = "") -> Answer | None:
    """Look as the ladder does: by the words, then by the meaning."""
    exact = await cache.word_for_word(asked, version, scope=scope)
    return exact or await cache.find(asked, version, scope=scope)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url, connections=2)
    await opened.open()
    yield opened
    await opened.close()


def open_cache(database: Database, *, most: int = 100) -> AnswerCache:
    return AnswerCache(PostgresAnswerCache(database, embedder="letters", dimensions=64, most=most))


async def test_the_same_question_gets_the_same_answer_at_every_desk(database: Database) -> None:
    assert await open_cache(database).store(await question(), GENERATED, 0)
    found = await open_cache(database).word_for_word(Asked("HOW long does the delivery take??", "en"), 0)
    assert found is not None
    assert (found.text, found.source, found.citations, found.model) == (
        GENERATED.text, Source.CACHE, GENERATED.citations, "m",
    )  # fmt: skip


async def test_a_later_question_in_the_same_words_is_another_one(database: Database) -> None:
    cache = open_cache(database)
    await cache.store(await question(), GENERATED, 0)
    assert await cache.word_for_word(Asked(ASKED, "en", [ChatMessage("user", "Hello")]), 0) is None


async def test_a_question_that_means_the_same_gets_it_too(database: Database) -> None:
    cache = open_cache(database)
    await cache.store(await question(), GENERATED, 0)
    assert await recalled(cache, await question("So how long does the delivery take?"), 0) is not None


@pytest.mark.parametrize(
    "near",
    [
        "How long does the delivery take to Austria?",
        "How long does the delivery not take?",
        "How long does the delivery take after 3 days?",
        "How long does the return take?",
    ],
)
async def test_one_that_is_merely_near_does_not(near: str, database: Database) -> None:
    cache = open_cache(database)
    await cache.store(await question(), GENERATED, 0)
    assert await recalled(cache, await question(near), 0) is None


async def test_neighbours_that_disagree_are_not_chosen_from(database: Database) -> None:
    cache = open_cache(database)
    await cache.store(await question(), GENERATED, 0)
    other = Answer("It takes 9 days.", Source.QUOTED, (Citation("d2", "Other", None),))
    await cache.store(await question("How long does that delivery take?"), other, 0)
    assert await recalled(cache, await question("How long does this delivery take?"), 0) is None


@pytest.mark.parametrize(("language", "version", "scope"), [("de", 0, ""), ("en", 1, ""), ("en", 0, "staff")])
async def test_another_language_version_or_scope_has_answers_of_its_own(
    language: str, version: int, scope: str, database: Database
) -> None:
    cache = open_cache(database)
    await cache.store(await question(), GENERATED, 0)
    assert await recalled(cache, await question(language=language), version, scope=scope) is None


@pytest.mark.parametrize("source", [Source.DECLINED, Source.CURATED, Source.CACHE, Source.HUMAN])
async def test_only_checked_answers_are_remembered(source: Source, database: Database) -> None:
    cache = open_cache(database)
    assert not await cache.store(await question(), Answer("No.", source, GENERATED.citations), 0)
    assert await recalled(cache, await question(), 0) is None


async def test_answers_from_knowledge_that_changed_meanwhile_are_not_remembered(database: Database) -> None:
    cache = open_cache(database)
    await database.rows(b"SELECT knowledge_changed()", {})
    assert not await cache.store(await question(), GENERATED, 0)
    assert await cache.store(await question(), GENERATED, 1)
    assert await recalled(cache, await question(), 1) is not None


async def test_later_questions_neither_ask_nor_leave_anything(database: Database) -> None:
    cache = open_cache(database)
    later = await question(ASKED, "en", ChatMessage("user", "Hello"))
    assert not await cache.store(later, GENERATED, 0)
    await cache.store(await question(), GENERATED, 0)
    assert await recalled(cache, later, 0) is None


@pytest.mark.parametrize(
    "words",
    [
        "Where is order A10427?",
        "Write to ada@example.org",
        "My number is 0171 234 56 78",
        "See https://a.example",
    ],
)
async def test_what_speaks_of_somebody_is_not_remembered(words: str) -> None:
    assert not may_be_remembered(await question(words))


async def test_no_words_of_the_customer_are_kept(database: Database) -> None:
    await open_cache(database).store(await question("Does Kowalczyk deliver the Zephyr tent?"), GENERATED, 0)
    rows = await database.rows(b"SELECT answer_cache::text AS kept FROM answer_cache", {})
    kept = rows[0]["kept"].lower()
    assert not any(word in kept for word in ("kowal", "zephyr", "tent"))


async def test_the_oldest_make_room(database: Database) -> None:
    store = PostgresAnswerCache(database, embedder="letters", dimensions=64, most=3)
    cache = AnswerCache(store)
    for number in range(6):
        await cache.store(await question(f"{'abcdef'[number] * 9} {ASKED}"), GENERATED, 0)
    await store.trim()
    assert len(await store.newer(0, after=0)) == 3
