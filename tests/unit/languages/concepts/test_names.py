"""Concepts have names in every language, and a text's concepts come in its own order."""

import unicodedata

import pytest

from dragoman.languages.concepts import names, spoken_of, table
from dragoman.languages.registry import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_the_same_concepts_and_nothing_else(language):
    assert list(names(language)) == list(names("en"))
    assert names(language).keys() <= table(language).keys()
    assert all(name == unicodedata.normalize("NFC", name).strip() != "" for name in names(language).values())


OTHER_LETTERS = [code for code, one in LANGUAGES.items() if "Latn" not in one.scripts]


@pytest.mark.parametrize("language", OTHER_LETTERS)
def test_names_are_in_the_languages_own_letters(language):
    borrowed = [
        name for name in names(language).values() if any(one.isascii() for one in name if one.isalpha())
    ]
    assert len(borrowed) <= 8, borrowed  # PIN, SIM and the like


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_hardly_a_name_is_the_english_one(language):
    same = [one for one, name in names(language).items() if name.casefold() == names("en")[one].casefold()]
    assert len(same) < len(names("en")) / 4, same


def test_a_language_without_a_table_is_refused():
    with pytest.raises(KeyError):
        names("xx")


@pytest.mark.parametrize(
    ("text", "language", "spoken"),
    [
        ("Cancelling an order", "en", ("cancel", "order")),
        # The longest words are meant: these are no deliveries, and the delivery is no parcel.
        ("Delivery costs", "en", ("postage",)),
        ("Delivery within Germany costs", "en", ("deliver", "price")),
        ("We send the parcel", "en", ("parcel",)),
        ("Rückgabe der Kanne", "de", ("return", "pot")),
        ("Die Kanne, die Kanne, die Garantie", "de", ("pot", "warranty")),
        ("The moon is full", "en", ()),
        ("", "en", ()),
    ],
)
def test_what_a_text_speaks_of_comes_in_its_order_and_once(text, language, spoken):
    assert spoken_of(text, language) == spoken
