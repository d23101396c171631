import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dragoman.languages.cleaning import clean

# Characters that meet in the rules: joiners, selectors, tags, marks that change places, breaks, spaces, surrogates.
_TRICKY = st.text(
    st.sampled_from(
        "a1# \n\t\r\u200c\u200d\ufe0e\ufe0f\u20e3❤👍🏽👩\u0300\u0301eمی\u0653ا\u05b4\u05d9क\u094dষবர\u1160\u1100\u1161"
        "\u200b\u202e\ud800\x00\u2028\u3000\U0001f3f4\U000e0067\U000e007f\u0344\u0958\U0002f800가"
    )
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a \t b\u3000c  ", "a b c"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("a\n\n \n\n\nb", "a\n\nb"),
        ("a\x00b\x1b[31m\u200bc\ufeff\u00add", "ab[31mcd"),
        ("pay\u202efdp.exe\u2066x", "payfdp.exex"),
        ("a\ud800b\udfff", "ab"),
        ("e\u0301", "é"),
        ("a\u200db\u200cc", "abc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("می\u200c\u200c\u200dخواهم", "می\u200cخواهم"),
        ("سلام\u200c ", "سلام"),
        ("क्\u200dष", "क्\u200dष"),
        ("র\u200d্যাব", "র\u200d্যাব"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("🧑🏽\u200d🚀 ❤\ufe0f\u200d🔥", "🧑🏽\u200d🚀 ❤\ufe0f\u200d🔥"),
        ("1\ufe0f\u20e3 a\ufe0f 2\ufe0f", "1\ufe0f\u20e3 a 2"),
        (
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        ),
        ("hi\U000e0068\U000e0069", "hi"),
        ("\u200b\u2060\ufeff \n", ""),
    ],
)
def test_what_is_kept_and_what_goes(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.one_of(_TRICKY, st.text(st.characters())))
@example("י\u094d\u05b4\u200cا")
def test_cleaning_is_done_once_and_leaves_text_that_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N"], max_codepoint=0x2FF)))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)
