"""Cities are read in the scripts of all languages, and common words that a city is called like are not."""

import pytest

from dragoman.languages.cities import FOLDED_AS, cities_in
from dragoman.languages.registry import LANGUAGES
from dragoman.languages.scripts import counted_scripts


@pytest.mark.parametrize(
    ("text", "language", "countries"),
    [
        ("Combien de jours pour recevoir un colis à Lyon ?", "fr", ["FR"]),
        ("how long to leipzig", "en", ["DE"]),
        ("ile idzie paczka do Lipska", "pl", ["DE"]),
        ("Доставка в Лейпциге и Мюнхене", "ru", ["DE", "DE"]),
        ("Kolik stojí doručení do Lyonu?", "cs", ["FR"]),
        ("a Monaco di Baviera", "it", ["DE"]),
        ("כמה ימים לוקח לחבילה להגיע למינכן", "he", ["DE"]),
        ("كم تكلفة الشحن إلى هامبورغ", "ar", ["DE"]),
        ("뮌헨까지 며칠 걸려요", "ko", ["DE"]),
        ("寄到慕尼黑要几天", "zh", ["DE"]),
        ("ミュンヘンまで", "ja", ["DE"]),
        ("ส่งไปมิวนิกกี่วัน", "th", ["DE"]),
        ("หาซื้อได้ที่ Leipzig ไหม", "th", ["DE"]),
        ("म्यूनिख तक", "hi", ["DE"]),
        ("মিউনিখে কত দিন", "bn", ["DE"]),
    ],
)
def test_a_city_is_found_as_it_is_written(text, language, countries):
    assert [one.country for one in cities_in(text, language)] == countries


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Es muy nice", "es"),
        ("Ich möchte Essen mitnehmen", "de"),
        ("stanowi ważną gałąź", "pl"),
        ("フランスに行く", "ja"),
        ("Is it open on Monday?", "en"),
        ("lima hari", "ms"),
        ("", "en"),
    ],
)
def test_a_word_is_no_city(text, language):
    assert cities_in(text, language) == ()


def test_every_language_has_a_script_with_names():
    assert all(counted_scripts(one.scripts) & FOLDED_AS.keys() for one in LANGUAGES.values())
