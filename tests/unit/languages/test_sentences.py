import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.languages.sentences import sentences, split_sentences

# Two sentences or more in each language, set apart by "|".
EVERY_LANGUAGE = {
    "zh": "配送费是3.5元！|真的吗？|他说：“好。”|然后走了。",
    "en": "Shipping costs 3.5 euros, e.g. for books.|It takes 3 days!|See https://a.example/x.html or write to Dr. Lee.|Bye.",
    "de": "Das gilt z. B. samstags und z.B. Montags.|Dr. Müller kommt am 3. Mai.|Es kostet 15.|Danach ca. 20 Euro inkl. MwSt.",
    "fr": "M. Dupont livre en 3 jours.|Est-ce vrai ?|Oui, p. ex. le lundi.",
    "es": "El Sr. Pérez llega hoy.|¿Cuánto cuesta?|¡Son 3,50 € aprox. por pieza!",
    "pt": "O Sr. Silva chegou.|A entrega custa R$ 3,50.|Obrigado!",
    "it": "Il Dott. Rossi risponde.|Costa 3,50 €.|Grazie!",
    "nl": "Dit geldt bijv. voor boeken.|Levering duurt 3 dagen.|Vragen?",
    "ru": "Доставка, т.е. отправка, стоит 5 руб. за штуку.|Это всё.|А. С. Пушкин писал.",
    "cs": "Platí to např. pro Prahu.|Dne 3. května přijdeme.|To je vše.",
    "pl": "Dotyczy to np. Warszawy.|Koszt to 15 zł.|Dziękujemy!",
    "ar": "الشحن خلال 3.5 أيام.|هل هذا صحيح؟|نعم، د. أحمد قال ذلك.",
    "fa": "هزینه ارسال ۳٫۵ یورو است.|آیا درست است؟|بله.",
    "he": "המשלוח עולה 3.5 אירו.|האם זה נכון?|כן!",
    "tr": "Dr. Yılmaz 3. gün gelir.|Fiyatı 15.|Sonra ararız!",
    "ja": "「はい。」と言った。|送料は５００円です。|３．５キロまで。",
    "ko": "배송은 3.5일 걸립니다.|정말요?|네!",
    "vi": "Phí giao hàng là 3.5 euro.|Có đúng không?|Vâng, TS. Nam nói vậy.",
    "th": "เราจะจัดส่งสินค้าทั้งหมดภายในวันเดียวกัน|ค่าจัดส่ง 50 บาท ภายใน 3 วันครับ|ยินดีต้อนรับ",
    "id": "Ongkos kirim Rp 3.500.|Apakah benar?|Ya, mis. untuk buku.",
    "ms": "Kos penghantaran RM 3.50.|Betul?|Ya!",
    "lo": "ທ່ານສາມາດສົ່ງສິນຄ້າຄືນໄດ້ພາຍໃນ 30 ວັນ.|ກະລຸນາຕິດຕໍ່ຫາພວກເຮົາໄດ້ທຸກເວລາ|ຂອບໃຈ",
    "my": "ပို့ဆောင်ခ ၅၀ ကျပ်။|သုံးရက်ကြာသည်။",
    "ceb": "Ang bayad kay 3.50.|Tinuod ba?|Oo!",
    "km": "តម្លៃ ៥០ រៀល។|ចំណាយពេល ៣ ថ្ងៃ។",
    "tl": "Ang bayad ay 3.50.|Totoo ba?|Oo!",
    "hi": "डिलीवरी 3.5 दिन में।|डॉ. शर्मा आएँगे।|धन्यवाद!",
    "bn": "ডেলিভারি ৩ দিনে।|সত্যি?|হ্যাঁ, ডা. রহমান বলেছেন।",
    "ur": "ترسیل ۳ دن میں۔|کیا؟|جی ہاں۔",
}  # fmt: skip
UNSPACED = {"zh", "ja"}


@pytest.mark.parametrize("code", EVERY_LANGUAGE)
def test_sentences_end_where_they_do_in_each_language(code: str) -> None:
    expected = EVERY_LANGUAGE[code].split("|")
    text = ("" if code in UNSPACED else " ").join(expected)
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "one",
    [
        "1. Open the box.",
        "Use No. 5 on p. 12.",
        "We, i.e. J. R. Smith and the U.S. Army, agree.",
        "It opens at 9 a.m. on Sundays.",
        "Yahoo! is a name, Node.js too.",
        "Wait... and see.",
        "Really? he asked.",
        "Von 10.30 bis 12.00 Uhr, am 24.12. und 1.1.2027 nicht.",
        "Mail a.b@shop.example or call 0800.123.456.",
    ],
)
def test_what_ends_no_sentence(one: str) -> None:
    assert sentences(one) == [one]


def test_a_line_break_ends_a_sentence() -> None:
    assert sentences("Opening hours\n\n- Monday\n- Tuesday") == ["Opening hours", "- Monday", "- Tuesday"]


def test_a_sentence_being_written_is_not_ended_before_the_text_goes_on() -> None:
    assert split_sentences("It costs 3.") == ["It costs 3."]
    assert split_sentences("It costs 3.5 euros. And") == ["It costs 3.5 euros.", " And"]


@given(st.text(st.sampled_from('aB1 .。!?\n"”」«é่กลกบາ,:;…۔।။'), max_size=60))
def test_the_parts_are_the_text_again(text: str) -> None:
    assert "".join(split_sentences(text)) == text
    assert all(one == one.strip() and one for one in sentences(text))
