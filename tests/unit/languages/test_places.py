"""Countries and weekdays under one key in all languages."""

import pytest

from dragoman.languages.places import countries_of, named_in, place_name, places_of, unions_of
from dragoman.languages.registry import LANGUAGES


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("From Monday to Friday in Austria", "en", ("day:0", "day:4", "country:AT")),
        ("в Германии по субботам", "ru", ("country:DE", "day:5")),
        ("星期六营业吗？寄到德国", "zh", ("day:5", "country:DE")),
        ("a Monaco di Baviera, non a Monaco", "it", ("country:MC",)),
        ("nowhere", "en", ()),
    ],
)
def test_what_a_text_names_comes_in_its_order(text, language, found):
    assert named_in(text, language) == found
    assert places_of(text, language) == set(found)


def test_every_language_calls_a_weekday_by_its_own_name_whatever_was_asked_before():
    names = {code: place_name("day:0", code) for code in ["ur", *LANGUAGES]}
    assert all(names.values())
    # Lunes is Monday in Cebuano and Filipino, 'lunes' in Spanish, Isnin in Malay alone.
    assert len({name.casefold() for name in names.values() if name}) >= len(LANGUAGES) - 2


def test_what_is_no_place_has_no_name():
    assert place_name("country:XQ", "de") is None
    assert place_name("delivery", "de") is None


@pytest.mark.parametrize(
    ("text", "language", "countries"),
    [
        ("Wie lange nach Wien?", "de", ("country:AT",)),
        ("сколько идет посылка в Берлин", "ru", ("country:DE",)),
        ("বার্লিনে পৌঁছাতে কয় দিন লাগে?", "bn", ("country:DE",)),
        ("wysyłka do Berlina i do Austrii", "pl", ("country:DE", "country:AT")),
        ("quanto ci mette un pacco ad arrivare a Monaco di Baviera", "it", ("country:DE",)),
        ("Versand nach El Salvador", "de", ("country:SV",)),
        ("lima hari", "ms", ()),
        ("on Monday", "en", ()),
    ],
)
def test_a_city_is_in_its_country(text, language, countries):
    assert countries_of(text, language) == countries


def test_members_are_in_their_union():
    assert unions_of("country:FR") == ("country:EU",)
    assert unions_of("country:CH") == ()
    assert named_in("countries of the European Union", "en") == ("country:EU",)
