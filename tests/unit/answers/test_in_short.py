"""Figures with what they are of, in the customer's language."""

import pytest

from dragoman.answers.in_short import asked_for, in_short
from dragoman.languages.quantities import IdentifierKind, Kind
from dragoman.languages.registry import LANGUAGES
from dragoman.languages.sentences import sentences
from dragoman.testing.passages import passage

NBSP = "\N{NO-BREAK SPACE}"


def short(text: str, language: str, heading: str | None = None, asked=None, of: str = "en") -> str | None:
    told = in_short(passage(text, of, heading=heading), sentences(text), language, asked)
    return told if told is None else told.replace(NBSP, " ")


def test_a_figure_is_told_with_what_is_said_before_it():
    text = "Delivery within Germany costs €4.90 per order, whatever it weighs. To Austria it costs €11.90."
    assert (
        short(text, "de", "Delivery costs")
        == "Versandkosten – Deutschland: **4,90 €**; Österreich: **11,90 €**"
    )


def test_with_nothing_before_it_what_is_said_behind_it_counts_and_only_once():
    text = "All prices include tax: 7 percent on tea and 19 percent on tableware."
    assert short(text, "de", "Tax") == "Steuer – Tee: **7 %**; Geschirr: **19 %**"


def test_times_from_and_to_are_one_figure_and_days_in_a_row_too():
    text = "Our shop is open from Monday to Friday from 10:00 to 18:30 and on Saturday from 9:30 to 14:00."
    told = short(text, "fr", "Opening hours")
    assert told is not None
    assert "lundi–vendredi : **10:00–18:30**" in told
    assert "samedi : **09:30–14:00**" in told


def test_a_number_is_of_what_it_counts_and_alone_it_tells_nothing():
    assert short("Please add two photos.", "de", "Warranty claim") == "Garantie – Foto: **2**"
    assert short("A card can have up to 180 grains.", "de", "Gift wrapping") is None
    asked = asked_for("How many grains may it have?", "en")
    assert short("A card can have up to 180 grains.", "de", "Gift wrapping", asked) is not None


def test_what_is_said_of_neither_of_two_figures_is_said_of_both():
    text = "Delivery to Austria takes 3 days and costs €5."
    asked = asked_for("Was kostet das?", "de")
    assert short(text, "de", "Parcels", asked) == "Paket – Österreich: **5 €**"
    assert short(text, "de", "Parcels") == "Paket – Österreich: **3 Tage**; **5 €**"


def test_a_figure_of_the_heading_does_not_seem_to_be_of_the_one_before():
    text = "Parcels to Austria take 3 days. To all other countries, delivery takes 9 days."
    assert (
        short(text, "de", "Delivery abroad")
        == "Lieferung, Ausland – Österreich: **3 Tage**; Ausland, Lieferung: **9 Tage**"
    )


def test_the_two_of_two_step_counts_nothing():
    assert short("Turn on two-step sign-in.", "de", "Two-step sign-in") is None


def test_only_what_was_asked_for_is_told():
    text = "A repair costs €19 and takes 3 weeks."
    assert short(text, "de", "Repair", asked_for("Was kostet die Reparatur?", "de")) == "Reparatur: **19 €**"
    assert (
        short(text, "de", "Repair", asked_for("Wie lange dauert die Reparatur?", "de"))
        == "Reparatur: **3 Wochen**"
    )
    assert short(text, "de", "Repair", asked_for("Wie ist eure Telefonnummer?", "de")) is None


def test_addresses_stay_as_they_are():
    assert short("Write to help@shop.example.", "ja", "Contact") is not None
    assert "help@shop.example" in (short("Write to help@shop.example.", "ja", "Contact") or "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_ends_where_nothing_can_be_taken_for_a_part_of_it(language):
    told = short("See https://shop.example/help. A repair takes 3 weeks.", language, "Repair")
    assert told is not None
    before, _, after = told.partition("https://shop.example/help")
    assert before
    assert after[0] in "; \N{NO-BREAK SPACE}"


def test_names_of_the_owners_own_stay_and_menus_are_left_out():
    assert '"Bodensee"' in (short('The glass teapot "Bodensee" holds 1.2 litres.', "ru", "Teapots") or "")
    assert "My orders" not in (short('Open "My orders" within 5 hours.', "ru", "Cancelling an order") or "")


def test_without_a_heading_the_documents_title_says_what_it_is_about():
    assert short("It takes 3 days.", "de") == "Lieferung: **3 Tage**"


@pytest.mark.parametrize("text", ["We deliver to Austria.", "", "Nothing is known."])
def test_without_figures_there_is_nothing_to_tell(text):
    assert short(text, "de", "Delivery costs") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_tells_a_line_of_its_own(language):
    told = short("Delivery to Austria takes 4 days.", language, "Delivery")
    assert told is not None
    assert told.count("**") == 2


def test_passages_in_any_language_are_read():
    told = short("Die Lieferung in Österreich kostet 9,90 €.", "en", "Lieferung", of="de")
    assert told == "delivery – abroad, Austria: **€9.90**"


@pytest.mark.parametrize(
    ("question", "language", "kind"),
    [
        ("How long does delivery take?", "en", Kind.DURATION),
        ("Was kostet das?", "de", Kind.MONEY),
        ("营业时间？", "zh", Kind.TIME),
        ("Combien pèse la théière ?", "fr", Kind.MASS),
        ("Isn't it 30 days?", "en", Kind.DURATION),
        ("Isn't it €30?", "en", Kind.MONEY),
        ("Какой у вас телефон?", "ru", IdentifierKind.PHONE),
    ],
)
def test_what_a_question_asks_for_is_read(question, language, kind):
    assert kind in asked_for(question, language)


def test_a_question_about_something_else_asks_for_no_figure():
    assert not asked_for("Can I put the pot into the dishwasher?", "en")
