"""A quotation: the passage's own words, framed in the customer's language, its figures said in it."""

import pytest

from dragoman.answers.base import Question
from dragoman.answers.quote import NEARLY_AS_WELL, Quote, citation_of, of_one_section
from dragoman.languages.naming import name_of
from dragoman.languages.phrases import Phrases
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.message import Citation, Source
from dragoman.testing.letter_embedder import LetterEmbedder
from dragoman.testing.passages import found, passage

PHRASES = Phrases.load()
COST = "Delivery to Austria takes 5 to 7 working days and costs €1,234.50."


@pytest.fixture
def letters() -> LetterEmbedder:
    return LetterEmbedder()


@pytest.fixture
def quote(letters: LetterEmbedder) -> Quote:
    return Quote(PHRASES, letters)


async def asked(letters: LetterEmbedder, text: str, language: str = "en") -> Question:
    return Question(text, language, vector=(await letters.queries([text]))[0])


async def test_in_the_customers_language_a_passage_is_quoted_as_it_is(quote, letters):
    answer = await quote.answer(await asked(letters, "Delivery to Austria?"), [found(COST)], "own_words")
    assert answer.text == f"{PHRASES.text('answer.quote', 'en')}\n\n> {COST}"
    assert (answer.source, answer.reason, answer.model) == (Source.QUOTED, "own_words", None)
    assert answer.citations == (Citation("delivery.md", "Delivery", "https://shop.example/delivery"),)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
async def test_a_passage_of_another_language_is_framed_and_its_figures_said(language, quote, letters):
    answer = await quote.answer(await asked(letters, "Austria?", language), [found(COST)], "level_quote")
    frame, quoted, figures = answer.text.split("\n\n")
    assert frame == PHRASES.text("answer.quote_other", language, language=name_of("en", language))
    assert quoted == f"> {COST}"
    before, after = PHRASES.text("answer.figures", language, figures="|").split("|")
    assert figures.startswith(before)
    assert figures.endswith(after)
    assert figures.count("**") == 4


async def test_figures_are_written_as_cldr_writes_them(quote, letters):
    async def figures(language: str) -> str:
        answer = await quote.answer(await asked(letters, "?", language), [found(COST)], "level_quote")
        return answer.text.split("\n\n")[2]

    assert "5–7 Werktage" in await figures("de")
    assert "1.234,50\N{NO-BREAK SPACE}€" in await figures("de")
    assert "€1,234.50" in await figures("ja")
    assert "5～7営業日" in await figures("ja")


async def test_a_figure_that_is_said_twice_is_told_once(quote, letters):
    text = "We keep it for 30 days. It is ours when 30 days are over."
    answer = await quote.answer(await asked(letters, "?", "de"), [found(text)], "level_quote")
    assert answer.text.count("30 Tage") == 1


async def test_without_figures_none_are_announced(quote, letters):
    answer = await quote.answer(
        await asked(letters, "?", "de"), [found("We deliver to Austria.")], "level_quote"
    )
    assert len(answer.text.split("\n\n")) == 2


async def test_a_second_passage_is_quoted_only_where_it_fits_nearly_as_well(quote, letters):
    question = await asked(letters, "Delivery?")
    first = found("Delivery takes 5 days.", score=0.9, heading="Home")
    near = found("Collection is free.", score=0.9 - NEARLY_AS_WELL / 2, heading="Shop")
    far = found("Collection is free.", score=0.9 - NEARLY_AS_WELL * 2, heading="Shop")

    both = await quote.answer(question, [first, near], "own_words")
    assert "> **Home** Delivery takes 5 days.\n\n> **Shop** Collection is free." in both.text
    assert [one.title for one in both.citations] == ["Delivery – Home", "Delivery – Shop"]

    alone = await quote.answer(question, [first, far], "own_words")
    assert "Collection" not in alone.text
    assert [one.title for one in alone.citations] == ["Delivery – Home"]


async def test_two_passages_are_quoted_only_in_one_language(quote, letters):
    other = found("Die Abholung ist kostenlos.", "de", heading="Abholung")
    answer = await quote.answer(
        await asked(letters, "Delivery?"), [found("Delivery takes 5 days."), other], "own_words"
    )
    assert "Abholung" not in answer.text
    assert len(answer.citations) == 1


async def test_a_long_passage_is_cut_to_the_sentences_that_answer_in_their_order(quote, letters):
    filler = [f"Paragraph {number} is about the history of our old house in town." for number in range(8)]
    told = [
        "A parcel to Austria costs 9 euros.",
        "A parcel to Austria takes 4 days.",
        "A parcel to Austria can be traced.",
    ]
    text = " ".join([told[0], *filler[:4], told[1], *filler[4:], told[2]])
    question = await asked(letters, "What about a parcel to Austria?")
    assert await quote.sentences(question, passage(text)) == told


async def test_a_short_passage_is_never_cut(quote, letters):
    text = "One is red. Two is blue. Three is green. Four is white. Five is black."
    said = await quote.sentences(await asked(letters, "Which is green?"), passage(text))
    assert " ".join(said) == text


def test_a_citation_names_the_document_and_the_last_heading():
    assert citation_of(passage("x", heading="Austria")).title == "Delivery – Austria"
    assert citation_of(passage("x")).title == "Delivery"


def test_the_parts_of_a_long_section_are_one_section():
    parts = [found("To Austria it takes 5 days.", heading="Abroad"), found("It costs €11.", heading="Abroad")]
    assert of_one_section(parts)
    assert not of_one_section([*parts, found("Within Germany it takes 2 days.", heading="Germany")])
