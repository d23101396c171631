import pytest

from dragoman.evaluation.wording import sentences_of, without_quotations, wording

KNOWN = sentences_of("Delivery to Austria takes 4 days. It costs 9 euros in all cases.")


@pytest.mark.parametrize(
    "reply",
    [
        "Aus unseren Hilfeseiten, auf Englisch: Delivery to Austria takes 4 days.",
        "Aus unseren Hilfeseiten, auf Englisch: “Delivery takes four days or more.”",
        "Aus unseren Hilfeseiten, auf Englisch:\n> Delivery takes four days or more.",
    ],
)
def test_the_frame_of_a_quotation_counts_and_the_whole_is_told_apart(reply: str) -> None:
    found = wording(reply, "de", quoted=KNOWN)
    assert found.frame == "de"
    assert not found.whole


@pytest.mark.parametrize(
    ("reply", "language", "whole"),
    [
        ("Die Lieferung dauert 4 Tage.", "de", True),
        ("Die Lieferung dauert 4 Tage. It will cost you 9 euros in total.", "de", False),
        ("Доставка составляет 9 euros и takes 4 days", "ru", False),
        ("รับชำระด้วย Visa, Mastercard, PayPal และ Apple Pay", "th", True),
        ("配送需要 4 days，费用是 9 欧元", "zh", False),
        ("Pengiriman memakan waktu 4 hari.", "ms", True),
        ("15", "km", True),
    ],
)
def test_the_whole_reply_is_in_the_language_or_not(reply: str, language: str, whole: bool) -> None:
    assert wording(reply, language).whole is whole


def test_a_reply_in_another_language_is_found_out() -> None:
    assert wording("Delivery to Austria takes four days.", "fr").frame == "en"
    assert wording("Delivery to Austria takes 4 days.", "fr", quoted=KNOWN).frame == "en", (
        "nothing but a quotation"
    )


def test_what_stands_in_the_knowledge_is_no_word_of_the_replys_own() -> None:
    reply = "Voici : Delivery to Austria takes 4 days."
    assert without_quotations(reply, KNOWN) == "Voici :"
