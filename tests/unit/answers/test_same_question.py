"""What is merely near is told from what means the same, in every language."""

import tomllib
from pathlib import Path

import pytest

from dragoman.answers.same_question.compare import compare, differs
from dragoman.answers.same_question.concepts import CONCEPTS, OPPOSITES, concepts_of
from dragoman.answers.same_question.marks import as_record, marks_of, of_record, without_words
from dragoman.languages.concepts import table
from dragoman.languages.registry import LANGUAGES

NEAR = tomllib.loads((Path(__file__).parent / "near_questions.toml").read_text(encoding="utf-8"))


def test_every_language_has_near_questions() -> None:
    assert set(NEAR) == set(LANGUAGES)


def test_there_are_more_than_thirty_pairs() -> None:
    pairs = {frozenset((one, other)) for one, others in OPPOSITES.items() for other in others}
    assert len(pairs) > 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_concept_is_written(language: str) -> None:
    assert set(table(language)) >= CONCEPTS | {"not", "ignore"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_opposite_is_another_question(language: str) -> None:
    near = NEAR[language]
    assert differs(near["asked"], language, near["opposite"], language) == "opposite"
    assert differs(near["opposite"], language, near["asked"], language) == "opposite"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_negation_is_another_question(language: str) -> None:
    near = NEAR[language]
    assert differs(near["plain"], language, near["negated"], language) == "negation"


@pytest.mark.parametrize(
    ("language", "taken_for"), [("id", "ms"), ("ms", "id"), ("tl", "ceb"), ("ceb", "tl")]
)
def test_opposites_and_negations_are_seen_in_a_language_that_a_question_is_mistaken_for(
    language: str, taken_for: str
) -> None:
    near = NEAR[language]
    assert differs(near["asked"], taken_for, near["opposite"], taken_for) == "opposite"
    assert differs(near["plain"], taken_for, near["negated"], taken_for) == "negation"


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_way_to_ask_is_the_same_question(language: str) -> None:
    near = NEAR[language]
    assert differs(near["asked"], language, near["paraphrase"], language) is None


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_opposites_are_told_apart_between_languages(language: str) -> None:
    assert differs(NEAR[language]["asked"], language, NEAR["en"]["opposite"], "en") == "opposite"
    assert differs(NEAR[language]["asked"], language, NEAR["en"]["asked"], "en") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_is_another_than_itself(language: str) -> None:
    for text in NEAR[language].values():
        assert differs(text, language, text, language) is None


@pytest.mark.parametrize(
    ("asked", "known", "language", "reason"),
    [
        ("Can I return it after 30 days?", "Can I return it after 14 days?", "en", "figures"),
        ("Kann ich nach ٣٠ Tagen zurückgeben?", "Kann ich nach 14 Tagen zurückgeben?", "de", "figures"),
        ("Do you take Apple Pay?", "Do you take Google Pay?", "en", "names"),
        ("可以用 PayPal 付款吗", "可以用 Visa 付款吗", "zh", "names"),
        ("Where is order A-1042?", "Where is order A-1043?", "en", "figures"),
        ("Доставляете в Австрию?", "Доставляете в Германию?", "ru", "names"),
        ("¿Abren el lunes?", "¿Abren el viernes?", "es", "names"),
        ("Is it delivered with batteries?", "Is it delivered without batteries?", "en", "opposite"),
    ],
)
def test_other_figures_and_names_are_other_questions(
    asked: str, known: str, language: str, reason: str
) -> None:
    assert differs(asked, language, known, language) == reason


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("¿Cuánto cuesta? Son 1.000 euros", "Cuánto cuesta, son 1000 euros", "es"),
        ("do you accept paypal?", "Do you accept PayPal?", "en"),
        ("Versand nach Österreich?", "versand nach österreich", "de"),
        ("CAN I PAY BY CARD IN YOUR SHOP", "can I pay by card in your shop", "en"),
        ("۱۴ روز", "14 روز", "fa"),
    ],
)
def test_how_it_is_written_makes_no_difference(one: str, other: str, language: str) -> None:
    assert differs(one, language, other, language) is None


def test_a_question_that_says_more_is_told_so() -> None:
    more = compare(marks_of("Do you deliver to Austria?", "en"), marks_of("Where do you deliver?", "en"))
    assert more is not None
    assert more.added
    less = compare(marks_of("Where do you deliver?", "en"), marks_of("Do you deliver to Austria?", "en"))
    assert less is not None
    assert not less.added


def test_cancelling_an_order_is_not_ordering() -> None:
    assert concepts_of("How do I cancel my order?", "en").found >= {"cancel", "order"}
    assert differs("How do I cancel my order?", "en", "How do I place an order?", "en") == "opposite"
    assert differs("How do I cancel my order?", "en", "How can I cancel?", "en") is None


def test_marks_that_are_kept_hold_no_words() -> None:
    marks = without_words(marks_of("Does Frau Kowalczyk answer about my Zephyr tent?", "en"))
    record = str(as_record(marks)).lower()
    assert not any(word in record for word in ("kowal", "zephy", "tent", "answer"))
    assert of_record(as_record(marks)) == marks


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises((KeyError, FileNotFoundError)):
        differs("a", "xx", "b", "xx")
