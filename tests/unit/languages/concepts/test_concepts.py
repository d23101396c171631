"""What a text speaks of is the same in every language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.languages.concepts import concepts_of, table
from dragoman.languages.concepts.patterns import compiled, patterns_of
from dragoman.languages.folding import folded
from dragoman.languages.registry import LANGUAGES

# "How much does the delivery of a parcel cost?", in every language.
POSTAGE = {
    "zh": "寄一个包裹的运费要多少钱？",
    "en": "How much does it cost to ship a parcel?",
    "de": "Was kostet der Versand eines Pakets?",
    "fr": "Combien coûte l'expédition d'un colis ?",
    "es": "¿Cuánto cuesta el envío de un paquete?",
    "pt": "Quanto custa o envio de um pacote?",
    "it": "Quanto costa la spedizione di un pacco?",
    "nl": "Wat kost het verzenden van een pakket?",
    "ru": "Сколько стоит доставка посылки?",
    "cs": "Kolik stojí doručení balíku?",
    "pl": "Ile kosztuje dostawa paczki?",
    "ar": "كم تكلفة شحن الطرد؟",
    "fa": "هزینه ارسال بسته چقدر است؟",
    "he": "כמה עולה משלוח חבילה?",
    "tr": "Paketin kargo ücreti ne kadar?",
    "ja": "荷物の送料はいくらですか？",
    "ko": "택배 배송비는 얼마예요?",
    "vi": "Phí gửi một bưu kiện là bao nhiêu?",
    "th": "ค่าจัดส่งพัสดุเท่าไหร่",
    "id": "Berapa ongkos kirim paket?",
    "ms": "Berapa kos penghantaran bungkusan?",
    "lo": "ຄ່າສົ່ງພັດສະດຸເທົ່າໃດ?",
    "my": "ပါဆယ်ပို့ခ ဘယ်လောက်လဲ။",
    "ceb": "Pila ang bayad sa pagpadala og pakete?",
    "km": "តើថ្លៃដឹកជញ្ជូនកញ្ចប់ប៉ុន្មាន?",
    "tl": "Magkano ang padala ng pakete?",
    "hi": "पार्सल भेजने का कितना खर्च लगता है?",
    "bn": "পার্সেল পাঠাতে কত খরচ হয়?",
    "ur": "پارسل بھیجنے کا خرچ کتنا ہے؟",
}


def test_every_language_is_here() -> None:
    assert set(POSTAGE) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_is_spoken_of_in_every_language(language: str) -> None:
    spoken = concepts_of(POSTAGE[language], language)
    assert "parcel" in spoken or "postage" in spoken
    assert spoken & {"price", "how_much"}
    assert not spoken & {"coffee", "weather", "dishwasher", "password"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_every_concept(language: str) -> None:
    assert set(table(language)) == set(table("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_looking_for_a_piece_first_loses_nothing(language: str) -> None:
    words = folded(POSTAGE[language], language)
    for concept, written in table(language).items():
        patterns = patterns_of(written, language)
        assert all(one.needle for one in patterns), concept
        found = any(one.inside(words) for one in patterns)
        assert found == (compiled(written, language).search(words) is not None), concept


@pytest.mark.parametrize(
    ("language", "text", "concept"),
    [
        ("fr", "Quelle est l'adresse ?", "address"),
        ("it", "Qual è l'indirizzo?", "address"),
        ("ar", "أين الطرد؟", "parcel"),
        ("he", "איפה החבילה?", "parcel"),
    ],
)
def test_what_is_written_together_is_taken_apart(language: str, text: str, concept: str) -> None:
    assert concept in concepts_of(text, language)


@pytest.mark.parametrize(
    ("cancelled", "cancelling"),
    [("I cancelled my order by accident, bring it back", "I ordered by mistake, can I cancel?")],
)
def test_undoing_is_not_cancelling(cancelled: str, cancelling: str) -> None:
    assert "undo" in concepts_of(cancelled, "en")
    assert "undo" not in concepts_of(cancelling, "en")


def test_a_language_without_a_table_is_an_error() -> None:
    with pytest.raises(KeyError):
        concepts_of("Hej", "sv")


@given(text=st.text(max_size=200), language=st.sampled_from(sorted(LANGUAGES)))
def test_any_text_can_be_read(text: str, language: str) -> None:
    assert concepts_of(text, language) <= set(table(language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Quanto ci mette un pacco?", "it"),
        ("сколько идет посылка?", "ru"),
        ("¿Cuánto tarda el paquete?", "es"),
        ("Ile dni idzie paczka?", "pl"),
    ],
)
def test_how_long_is_no_question_of_how_much(text: str, language: str) -> None:
    assert "how_long" in concepts_of(text, language)
    assert "how_much" not in concepts_of(text, language)


def test_how_much_is_heard_where_nobody_asks_how_long() -> None:
    assert "how_much" in concepts_of("Quanto costa un pacco?", "it")
