"""A thing that a text names is the same in every language, and no other word is taken for one."""

from importlib import resources

import pytest

from dragoman.languages.concepts import table
from dragoman.languages.phrases import Phrases
from dragoman.languages.registry import LANGUAGES
from dragoman.languages.things import THINGS, things_of

# "Do you sell tomatoes?": a thing that has a name in every language.
TOMATOES = {
    "zh": "你们卖西红柿吗？",
    "en": "Do you sell tomatoes?",
    "de": "Verkauft ihr Tomaten?",
    "fr": "Vendez-vous des tomates ?",
    "es": "¿Venden tomates?",
    "pt": "Vocês vendem tomates?",
    "it": "Vendete pomodori?",
    "nl": "Verkopen jullie tomaten?",
    "ru": "Вы продаёте помидоры?",
    "cs": "Prodáváte rajčata?",
    "pl": "Czy sprzedajecie pomidory?",
    "ar": "هل تبيعون الطماطم؟",
    "fa": "گوجه‌فرنگی می‌فروشید؟",
    "he": "יש לכם עגבנייה?",
    "tr": "Domates satıyor musunuz?",
    "ja": "トマトは売っていますか？",
    "ko": "토마토를 파나요?",
    "vi": "Có bán cà chua không?",
    "th": "ขายมะเขือเทศไหม",
    "id": "Apakah menjual tomat?",
    "ms": "Ada jual tomato?",
    "lo": "ມີໝາກເລັ່ນຂາຍບໍ່?",
    "my": "ခရမ်းချဉ်သီး ရောင်းလား။",
    "ceb": "Nagbaligya mo og kamatis?",
    "km": "តើមានលក់ប៉េងប៉ោះទេ?",
    "tl": "Nagbebenta ba kayo ng kamatis?",
    "hi": "क्या आप टमाटर बेचते हैं?",
    "bn": "আপনারা কি টমেটো বিক্রি করেন?",
    "ur": "کیا آپ ٹماٹر بیچتے ہیں؟",
}


def test_every_language_is_here() -> None:
    assert set(TOMATOES) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_thing_is_the_same_in_every_language(language: str) -> None:
    assert things_of(TOMATOES[language], language) == {THINGS + "tomato"}


@pytest.mark.parametrize(
    ("language", "text", "thing"),
    [
        ("de", "Gibt es bei euch auch einen Regenschirmständer?", "umbrella"),
        ("it", "Avete candele profumate?", "candle"),
        ("ru", "Можно прийти с гитарой?", "guitar"),
        ("tr", "Şemsiyeniz var mı?", "umbrella"),
        ("pl", "Czy macie świeczki?", "candle"),
        ("ar", "هل يوجد واي فاي؟", "wifi"),
        ("ja", "ギターを持ち込めますか？", "guitar"),
        ("es", "¿Tienen wifi?", "wifi"),
    ],
)
def test_words_are_found_in_their_forms(language: str, text: str, thing: str) -> None:
    assert THINGS + thing in things_of(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "C'est cher, mais c'est bien."),
        ("en", "I watch the bears saw the lift judge."),
        ("de", "Wie schalte ich das ein, und wohin fahre ich?"),
        ("he", "איך אפשר לשלם ולהחזיר?"),
        ("vi", "Bảo hành bao lâu?"),
        ("tr", "Taksit yapıyor musunuz?"),
        ("ar", "ما هي الخيارات المتاحة؟"),
    ],
)
def test_other_words_are_no_things(language: str, text: str) -> None:
    assert not things_of(text, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_desk_itself_speaks_of_no_thing(language: str) -> None:
    said = Phrases.load().section("chat", language).values()
    assert not {thing for text in said for thing in things_of(text, language)}


def test_no_thing_is_called_like_a_concept() -> None:
    words = resources.files("dragoman.languages.things") / "words"
    for language in LANGUAGES:
        text = (words / f"{language}.toml").read_text(encoding="utf-8")
        named = {line.partition(" =")[0] for line in text.splitlines() if " = " in line}
        assert not named & table(language).keys()
