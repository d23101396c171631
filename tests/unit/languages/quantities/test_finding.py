import datetime as dt
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.languages.quantities import Date, Kind, Quantity, Range, find
from dragoman.languages.registry import LANGUAGES

SENTENCES = tomllib.loads((Path(__file__).parent / "sentences.toml").read_text(encoding="utf-8"))
EXPECTED = [
    (Decimal("1234.5"), None, "EUR"),
    (Range(Decimal(3), Decimal(5)), "working-day", None),
    (Decimal(30), "duration-day", None),
    (Decimal(12), "percent", None),
    (dt.time(16, 30), None, None),
    (Date(2026, 3, 5), None, None),
]


def found(text: str, language: str) -> list[tuple[object, str | None, str | None]]:
    return [(one.value, one.unit, one.currency) for one in find(text, language) if not one.weak]


def test_every_language_has_a_sentence() -> None:
    assert set(SENTENCES) == set(LANGUAGES)


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_gives_its_quantities(language: str) -> None:
    assert found(SENTENCES[language], language) == EXPECTED


@pytest.mark.parametrize("language", SENTENCES)
def test_places_are_places_in_the_text(language: str) -> None:
    text = SENTENCES[language]
    for one in find(text, language):
        assert text[one.start : one.end] == one.text


@pytest.mark.parametrize(
    ("language", "text", "unit"),
    [
        ("en", "a 24-hour service, 24 hours", "duration-hour"),
        ("de", "24-stündig oder 24 Std. lang", "duration-hour"),
        ("ru", "24-часовой, 24 часа", "duration-hour"),
        ("tr", "24 saatlik, 24 saatte", "duration-hour"),
        ("ja", "24時間以内", "duration-hour"),
        ("ko", "24시간 이내", "duration-hour"),
        ("my", "၂၄ နာရီ၊ နာရီ ၂၄", "duration-hour"),
        ("he", "תוך 24 שעות", "duration-hour"),
        ("zh", "二十四小时，24个小时", "duration-hour"),
        ("bn", "২৪ ঘণ্টার মধ্যে", "duration-hour"),
    ],
)
def test_units_are_known_in_their_cases(language: str, text: str, unit: str) -> None:
    quantities = find(text, language)
    assert quantities
    assert all(one.value == 24 and one.unit == unit for one in quantities)


@pytest.mark.parametrize(
    ("language", "text", "value", "unit"),
    [
        ("en", "two days", 2, "duration-day"),
        ("de", "zwei Wochen", 2, "duration-week"),
        ("ar", "خلال يومين", 2, "duration-day"),
        ("he", "בעוד שעתיים", 2, "duration-hour"),
        ("zh", "三十天", 30, "duration-day"),
        ("ko", "두 시간", 2, "duration-hour"),
        ("vi", "năm ngày", 5, "duration-day"),
        ("th", "สิบห้าวัน", 15, "duration-day"),
        ("tl", "limang araw", 5, "duration-day"),
        ("hi", "दस दिन", 10, "duration-day"),
        ("id", "dua hari kerja", 2, "working-day"),
    ],
)
def test_numbers_in_words_count_before_a_unit(language: str, text: str, value: int, unit: str) -> None:
    assert found(text, language) == [(Decimal(value), unit, None)]


@pytest.mark.parametrize(
    ("language", "text"),
    [("de", "eine Karte"), ("it", "sei sicuro"), ("zh", "一般"), ("th", "ห้ามใช้"), ("fr", "un jour")],
)
def test_words_that_are_oftener_no_numbers_are_weak(language: str, text: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "readings"),
    [
        ("en", "1,234", ["1234", "1.234"]),
        ("de", "1,234", ["1.234", "1234"]),
        ("en", "12,34,567", ["1234567"]),
        ("en", "0.800", ["0.800"]),
        ("de", "1.234.567,89", ["1234567.89"]),
        ("fr", "12 345,6", ["12345.6"]),
    ],
)
def test_marks_are_read_by_language_and_else_both_ways(language: str, text: str, readings: list[str]) -> None:
    (one,) = find(text, language)
    assert [reading.value for reading in one.readings] == [Decimal(value) for value in readings]


@pytest.mark.parametrize(
    ("language", "text", "time"),
    [
        ("en", "6 p.m.", (18, 0)),
        ("en", "12:15 am", (0, 15)),
        ("de", "18 Uhr", (18, 0)),
        ("fr", "18h30", (18, 30)),
        ("es", "a las 6 de la tarde", (18, 0)),
        ("ru", "6 часов вечера", (18, 0)),
        ("zh", "下午6点", (18, 0)),
        ("ko", "오후 6시", (18, 0)),
        ("hi", "शाम 6 बजे", (18, 0)),
        ("ar", "الساعة 6 مساءً", (18, 0)),
        ("id", "pukul 18.00", (18, 0)),
        ("ms", "6 petang", (18, 0)),
        ("tl", "alas-6 ng gabi", (18, 0)),
        ("vi", "6 giờ chiều", (18, 0)),
    ],
)
def test_times_of_day(language: str, text: str, time: tuple[int, int]) -> None:
    (one,) = find(text, language)
    assert (one.kind, one.value) == (Kind.TIME, dt.time(*time))


@pytest.mark.parametrize(
    ("language", "text", "date"),
    [
        ("en", "the 5th of March", Date(None, 3, 5)),
        ("en", "2026-03-05", Date(2026, 3, 5)),
        ("en", "03/05/2026", Date(2026, 3, 5)),
        ("de", "05.03.2026", Date(2026, 3, 5)),
        ("cs", "5. 3. 2026", Date(2026, 3, 5)),
        ("th", "5 มีนาคม 2569", Date(2026, 3, 5)),
        ("zh", "3月5日", Date(None, 3, 5)),
        ("vi", "ngày 5 tháng 12", Date(None, 12, 5)),
        ("he", "ב-5 במרץ", Date(None, 3, 5)),
    ],
)
def test_dates(language: str, text: str, date: Date) -> None:
    (one,) = find(text, language)
    assert (one.kind, one.value) == (Kind.DATE, date)


def test_a_date_of_figures_in_english_may_begin_with_the_day() -> None:
    (one,) = find("03/05/2026", "en")
    assert Date(2026, 5, 3) in [reading.value for reading in one.readings]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("on the 3rd day", [Decimal(3)]),
        ("1. First\n2. Second", []),
        ("write to b2b@shop.example or AB-1234", []),
        ("call +49 761 555 0142", []),
    ],
)
def test_what_is_no_quantity(text: str, values: list[Decimal]) -> None:
    strong = [one for one in find(text, "en") if not one.weak and any(c.isdigit() for c in one.text)]
    assert [one.value for one in strong] == values
    assert all(one.unit is None for one in strong)


def test_the_ends_of_a_range_may_both_have_the_unit() -> None:
    assert found("€3 to €5 and 3 days – 5 days", "en") == [
        (Range(Decimal(3), Decimal(5)), None, "EUR"),
        (Range(Decimal(3), Decimal(5)), "duration-day", None),
    ]


@pytest.mark.parametrize(
    "unit", ["1", "1,", "1 ", "1:", "a1", "a-", "+1 ", "(0", "a@", "www.", "march ", "5. ", "五", "3 to "]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_texts_take_a_time_that_grows_with_their_length(unit: str, language: str) -> None:
    # Anything worse than linear takes minutes here, and the test's own deadline ends it.
    assert len(find(unit * (100_000 // len(unit)), language)) <= 100_000


@given(st.text(max_size=200), st.sampled_from(sorted(LANGUAGES)))
def test_any_text_is_read(text: str, language: str) -> None:
    places = [place for one in find(text, language) for place in (one.start, one.end)]
    assert places == sorted(places)


def test_a_quantity_knows_all_its_readings() -> None:
    (one,) = find("$6", "en")
    assert isinstance(one, Quantity)
    assert [reading.currency for reading in one.readings][:2] == ["USD", "CAD"]
