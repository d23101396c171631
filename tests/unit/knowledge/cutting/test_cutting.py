import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.knowledge.cutting import cut, width
from dragoman.languages.sentences import sentences


def words(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    "sentence",
    [
        "We deliver within 3.5 days, e.g. to Graz. ",
        "我们在3.5天内送货，包括周末。",
        "送料は全国一律500円です。",
        "เราจะจัดส่งสินค้าทั้งหมดภายในวันเดียวกันครับ ",
        "ທ່ານສາມາດສົ່ງສິນຄ້າຄືນໄດ້ພາຍໃນ 30 ວັນ. ",
        "តម្លៃ ៥០ រៀល។ ",
        "ပို့ဆောင်ခ ၅၀ ကျပ်။ ",
        "الشحن خلال 3.5 أيام. ",
    ],
)
def test_passages_are_whole_sentences(sentence: str) -> None:
    passages = cut(sentence * 30, max_chars=200)
    assert len(passages) > 1
    assert all(width(passage) <= 200 for passage in passages)
    assert {one for passage in passages for one in sentences(passage)} == {sentence.strip()}


def test_cuts_are_made_between_paragraphs_first() -> None:
    first, second = "One. Two. Three.", "Four. Five. Six."
    assert cut(f"{first}\n\n{second}", max_chars=20) == [first, second]


def test_a_short_text_is_one_passage() -> None:
    assert cut("One.\n\nTwo.") == ["One.\n\nTwo."]


def test_a_list_keeps_the_line_that_introduces_it() -> None:
    text = "A paragraph that takes up some room.\n\nYou need:\n\n- a box\n- a pen"
    assert cut(text, max_chars=50) == [
        "A paragraph that takes up some room.",
        "You need:\n\n- a box\n- a pen",
    ]


def test_the_line_stays_with_the_first_items_of_a_long_list() -> None:
    passages = cut("You need:\n\n" + "\n".join(f"- thing number {n}" for n in range(20)), max_chars=80)
    assert passages[0].startswith("You need:\n\n- thing number 0\n")


def test_a_row_of_a_table_is_not_cut() -> None:
    rows = [f"Item: box {n}; Price: {n} euros" for n in range(30)]
    assert [line for passage in cut("\n".join(rows), max_chars=100) for line in passage.split("\n")] == rows


def test_what_has_no_sentences_is_cut_between_clauses_words_and_letters() -> None:
    assert cut("one, two, three, four", max_chars=10) == ["one, two,", "three,", "four"]
    assert cut("one two three four", max_chars=10) == ["one two", "three four"]
    assert cut("x" * 25, max_chars=10) == ["x" * 10, "x" * 10, "x" * 5]


def test_figures_and_letters_with_marks_stay_whole() -> None:
    assert "1234567.89" in cut("a" * 15 + "1234567.89" + "b" * 15, max_chars=20)[1]
    assert all(not passage.startswith("\u0301") for passage in cut("e\u0301" * 25, max_chars=7))


@pytest.mark.parametrize("text", ["", " \n\n ", "\n" * 100_000])
def test_nothing_is_no_passage(text: str) -> None:
    assert cut(text) == []


def test_dense_scripts_count_twice() -> None:
    assert width("ab 12") == 5
    assert width("配送") == width("배송") == 4


@given(st.text(st.sampled_from("ab1 .,。:\n-字กက"), max_size=400), st.integers(4, 60))
def test_nothing_is_lost_and_nothing_is_empty(text: str, most: int) -> None:
    passages = cut(text, max_chars=most)
    assert words("".join(passages)) == words(text)
    assert all(passage == passage.strip() and passage for passage in passages)


def test_a_long_text_is_cut_in_linear_time() -> None:
    assert len(cut("A short sentence. " * 20_000)) > 400
    assert len(cut("字" * 200_000)) > 400
    assert len(cut("A:\n\n" * 20_000)) > 50
