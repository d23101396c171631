"""A model that says its examples again is seen."""

import pytest

from dragoman.answers.copying import copies

TOO_LONG = {
    "ms": "Mesej terlalu panjang. Sila hadkan kepada [1] aksara.",
    "ru": "Сообщение слишком длинное. Напишите не больше [1] символов.",
    "zh": "消息太长。请不要超过[1]个字符。",
}


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("ms", "Penghantaran di Jerman terlalu lama. Sila hadkan kepada [1] aksara."),
        ("ru", "Вы можете вернуть товары за [1] символов."),
        ("zh", "在德国送货请不要超过[1]个字符。"),
    ],
)
def test_a_part_of_an_example_is_a_copy(language, written):
    assert copies(written, [TOO_LONG[language]])


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("ms", "Penghantaran di Jerman berharga [1]."),
        ("ru", "Доставка по Германии стоит [1], за границу – [2] за посылку."),
        ("zh", "在德国境内送货费用为[1]，其他国家为[2]。"),
        ("ru", ""),
    ],
)
def test_a_sentence_of_its_own_is_none(language, written):
    assert not copies(written, [TOO_LONG[language]])
