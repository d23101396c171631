"""The figures as the reply, the words with the sources."""

import pytest

from dragoman.answers.base import Question
from dragoman.answers.figures import Figures
from dragoman.answers.quote import Quote
from dragoman.languages.phrases import Phrases
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.message import Citation, Source
from dragoman.testing.letter_embedder import LetterEmbedder
from dragoman.testing.passages import found

PHRASES = Phrases.load()
COST = "Delivery to Austria takes 5 to 7 working days and costs €1,234.50."
URL = "https://shop.example/delivery"


@pytest.fixture
def letters() -> LetterEmbedder:
    return LetterEmbedder()


@pytest.fixture
def figures(letters: LetterEmbedder) -> Figures:
    return Figures(PHRASES, Quote(PHRASES, letters))


async def asked(letters: LetterEmbedder, text: str, language: str) -> Question:
    return Question(text, language, vector=(await letters.queries([text]))[0])


async def test_the_figure_is_told_and_the_words_stand_with_the_source(figures, letters):
    question = await asked(letters, "Was kostet das?", "de")
    answer = await figures.answer(question, [found(COST, heading="Austria")], "level_quote")
    frame, told, full = answer.text.split("\n\n")
    assert frame == PHRASES.text("answer.quote", "de")
    assert told == "Österreich – Lieferung: **1.234,50\N{NO-BREAK SPACE}€**"
    assert "Englisch" in full
    assert (answer.source, answer.reason, answer.model) == (Source.QUOTED, "level_quote", None)
    assert answer.citations == (Citation("delivery.md", "Delivery – Austria", URL, COST, "en"),)


async def test_passages_that_fit_nearly_as_well_get_a_line_each_if_they_have_such_a_figure(figures, letters):
    question = await asked(letters, "Was kostet das?", "de")
    finds = [
        found("It costs €5.", heading="Repair"),
        found("It takes 3 days.", score=0.89, heading="Return"),
        found("It costs €7.", score=0.88, heading="Exchange"),
        found("It costs €9.", score=0.8, heading="Delivery"),
    ]
    answer = await figures.answer(question, finds, "level_quote")
    lines = answer.text.split("\n\n")[1].replace("\N{NO-BREAK SPACE}", " ")
    assert lines == "- Reparatur: **5 €**\n- Umtausch: **7 €**"
    assert [one.title for one in answer.citations] == ["Delivery – Repair", "Delivery – Exchange"]


@pytest.mark.parametrize(
    ("text", "language", "passage"),
    [
        ("Darf die Kanne in die Spülmaschine?", "de", found(COST)),
        ("Was kostet das?", "de", found("We deliver to Austria.")),
        ("What does it cost?", "en", found(COST)),
    ],
    ids=["no figure asked for", "no such figure", "own language"],
)
async def test_where_no_figure_answers_nothing_is_told(text, language, passage, figures, letters):
    assert await figures.answer(await asked(letters, text, language), [passage], "level_quote") is None


async def test_passages_in_several_languages_are_told_in_the_customers(figures, letters):
    question = await asked(letters, "Combien ça coûte ?", "fr")
    finds = [
        found("It costs €5.", heading="Repair"),
        found("Das kostet 7 €.", "de", score=0.89, heading="Umtausch"),
    ]
    answer = await figures.answer(question, finds, "level_quote")
    lines = answer.text.replace("\N{NO-BREAK SPACE}", " ").split("\n\n")
    assert lines[1] == "- réparation : **5 €**\n- échange : **7 €**"
    assert "anglais, allemand" in lines[2]
    assert [one.language for one in answer.citations] == ["en", "de"]


async def test_an_owner_may_want_the_words_in_the_reply(letters):
    figures = Figures(PHRASES, Quote(PHRASES, letters), alone=False)
    question = await asked(letters, "Was kostet das?", "de")
    assert await figures.answer(question, [found(COST)], "level_quote") is None
    assert figures.opening(question, found(COST).passage, [COST]) is not None


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
async def test_every_language_has_all_the_words_for_it(language, figures, letters):
    question = await asked(letters, "1 €?", language)
    answer = await figures.answer(question, [found(COST)], "level_quote")
    assert answer.text.startswith(PHRASES.text("answer.quote", language))
    assert answer.text.count("**") == 2
    before, after = PHRASES.text("answer.full_text", language, language="|").split("|")
    assert answer.text.split("\n\n")[2].startswith(before)
    assert answer.text.endswith(after)
