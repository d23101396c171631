from dragoman.languages.telling import TellingWords, foreign_letters, without_diacritics, words_of
from dragoman.languages.weighing import GROUPS


def test_words_keep_apostrophes_and_hyphens() -> None:
    assert words_of("C’est L'ordine, tan-aw! 3x") == ["c'est", "l'ordine", "tan-aw", "x"]


def test_diacritics_go_and_vowel_signs_stay() -> None:
    assert without_diacritics("Đơn hàng łódź ışık Größe") == "Don hang lodz isik Grosse"
    assert without_diacritics("हिन्दी ไทยนี้") == "हिन्दी ไทยนี้"


def test_a_word_tells_of_its_languages_and_less_without_its_diacritics() -> None:
    words = TellingWords()
    assert words.counts(["zamówienie"]) == {"pl": 1.0}
    assert words.counts(["zamowienie"]) == {"pl": 0.7}
    assert words.counts(["xyzzy"]) == {}


def test_every_language_of_words_has_telling_words() -> None:
    assert {
        one for code in (*GROUPS["Latn"], *GROUPS["Arab"]) for one in TellingWords().counts(_known(code))
    } == {
        *GROUPS["Latn"],
        *GROUPS["Arab"],
    }


def _known(code: str) -> list[str]:
    own = {"en": "the", "de": "und", "fr": "bonjour", "es": "gracias", "pt": "obrigado", "it": "grazie", "nl": "bedankt",
           "cs": "prosím", "pl": "dziękuję", "tr": "merhaba", "vi": "không", "id": "karena", "ms": "kerana",
           "ceb": "unsa", "tl": "hindi", "ar": "أين", "fa": "است", "ur": "ہے"}  # fmt: skip
    return [own[code]]


def test_letters_that_a_language_does_not_write_are_counted() -> None:
    assert foreign_letters("hello", "en") is None
    assert foreign_letters("straße", "de") == 0
    assert foreign_letters("straße", "fr") == 1
    assert foreign_letters("気円", "zh") == 2
    assert foreign_letters("们说", "ja") == 2
