"""Texts become words that are the same however they were typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.knowledge.words import exact, fold, index_words, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Österreich", "osterreich"),
        ("GROẞ", "gross"),
        ("Łódź", "lodz"),
        ("ｗｉｆｉ", "wifi"),
        ("الإرجاع", "ارجاع"),
        ("كتاب", "کتاب"),
        ("İstanbul'a", "istanbul"),
        ("đơn hàng", "don hang"),
        ("ёлка", "елка"),
        ("１２３", "123"),
        ("٣٠", "30"),
        ("1.234,50", "1,234.5"),
        ("1 234.50", "1234.5"),
        ("AB-1234/X", "ab1234x AB 1234 x"),
        ("deliveries", "delivering"),
    ],
)
def test_the_same_word_is_one_word(one: str, other: str) -> None:
    assert set(tokens(one)) & set(tokens(other)) or set(tokens(one)) == set(tokens(other))
    assert set(tokens(one)) <= set(tokens(other)) | {"a"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("送货三天", ["送货", "货三", "三天"]),
        ("配送は", ["配送", "送は"]),
        ("배송 중", ["배송", "중"]),
        ("ค่ะ", ["ค่ะ"]),
        ("l'ordine dell'azienda", ["ordine", "dell", "aziend"]),
        ("", []),
        ("!?…", []),
    ],
)
def test_words_of_each_script(text: str, words: list[str]) -> None:
    assert tokens(text) == words


def test_vowel_signs_of_indic_scripts_are_kept() -> None:
    assert tokens("दिन") != tokens("दान")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to Info@Shop.example.", {"info@shop.example"}),
        ("is RX-7 the same as rx7", {"rx7"}),
        ("see https://shop.example/track.", {"https://shop.example/track"}),
        ("30 days, 4.90 euros", set()),
        ("no codes here", set()),
    ],
)
def test_codes_and_addresses_are_told_from_words(text: str, found: set[str]) -> None:
    assert exact(text) == found


def test_a_passage_is_found_by_title_and_headings_too() -> None:
    words = index_words("three days", ["Express"], "Delivery", "en")
    assert [word for word in words if word[0] not in "=#"] == ["days", "delive", "expres", "three"]


@given(st.text())
def test_any_text_has_words_of_bounded_length(text: str) -> None:
    assert all(0 < len(token) <= 64 for token in tokens(text))
    assert exact(text) <= set(tokens(text))
    assert fold(text) == fold(text)
