import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.languages.registry import LANGUAGES
from dragoman.languages.scripts import NUMERALS, SCRIPTS, count_scripts, counted_scripts, to_ascii_digits


def test_letters_and_vowel_signs_are_counted_by_script() -> None:
    assert count_scripts("میں Aß हिन्दी 12 ελ ー日本!") == {
        "Arab": 3,
        "Latn": 2,
        "Deva": 6,
        "Zyyy": 2,
        "Hani": 2,
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_written_in_scripts_that_are_counted(language: str) -> None:
    assert counted_scripts(LANGUAGES[language].scripts) <= SCRIPTS


def test_japanese_korean_and_chinese_are_counted_by_their_parts() -> None:
    assert counted_scripts(("Jpan",)) == {"Hani", "Hira", "Kana"}
    assert counted_scripts(("Kore",)) == {"Hang", "Hani"}
    assert counted_scripts(("Hans", "Hant")) == {"Hani"}


@pytest.mark.parametrize("system", [name for name in NUMERALS if name != "hanidec"])
def test_digits_of_every_system_become_ascii(system: str) -> None:
    assert to_ascii_digits(NUMERALS[system]) == "0123456789"


def test_arabic_separators_go_along_and_chinese_numerals_stay() -> None:
    assert to_ascii_digits("۱٬۲۳۴٫۵۰ € 二〇") == "1,234.50 € 二〇"


@given(st.text())
def test_mapping_digits_keeps_the_length_and_is_done_once(text: str) -> None:
    mapped = to_ascii_digits(text)
    assert len(mapped) == len(text)
    assert to_ascii_digits(mapped) == mapped


def test_a_digit_of_a_newer_unicode_is_left_as_it_is():
    assert to_ascii_digits("\U00011de0 ٣") == "\U00011de0 3"
