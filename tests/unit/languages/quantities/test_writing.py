import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.languages.quantities import Date, Kind, Quantity, Range, Reading, fill, find, mask, write
from dragoman.languages.registry import LANGUAGES

CURRENCIES = [
    "EUR",
    "USD",
    "GBP",
    "JPY",
    "CNY",
    "RUB",
    "CHF",
    "INR",
    "CZK",
    "PLN",
    "TRY",
    "KRW",
    "THB",
    "VND",
    "AED",
]
UNITS = [
    *(f"duration-{span}" for span in ("second", "minute", "hour", "day", "week", "month", "year")),
    *("working-day", "percent", "mass-milligram", "mass-gram", "mass-kilogram", "mass-tonne", "length-millimeter"),
    *("length-centimeter", "length-meter", "length-kilometer", "volume-milliliter", "volume-liter"),
    *("temperature-celsius", "digital-megabyte", "digital-gigabyte", "area-square-meter", "energy-kilowatt-hour"),
]  # fmt: skip
AMOUNTS = st.one_of(
    st.integers(1, 2_000_000).map(Decimal), st.integers(1, 99_999).map(lambda cents: Decimal(cents) / 100)
)
WHOLE = st.integers(1, 5000).map(Decimal)
RANGES = st.tuples(WHOLE, WHOLE).filter(lambda ends: ends[0] < ends[1]).map(lambda ends: Range(*ends))
TENTHS = st.integers(1, 50_000).map(lambda tenths: Decimal(tenths) / 10)


def quantity(reading: Reading) -> Quantity:
    return Quantity(Kind.NUMBER, *reading, 0, 0, "")


DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1))
READINGS = st.one_of(
    st.builds(lambda value, code: Reading(value, None, code), AMOUNTS | RANGES, st.sampled_from(CURRENCIES)),
    st.builds(lambda value, unit: Reading(value, unit), WHOLE | TENTHS | RANGES, st.sampled_from(UNITS)),
    st.times().map(lambda time: Reading(dt.time(time.hour, time.minute))),
    DAYS.map(lambda day: Reading(Date(day.year, day.month, day.day))),
)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=25, deadline=None)
@given(reading=READINGS)
def test_what_is_written_is_found_again(language: str, reading: Reading) -> None:
    written = write(quantity(reading), language)
    found = find(written, language)
    assert [one.readings[0] for one in found] == [reading], written


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "date", [Date(None, 5, 1), Date(None, 11, 12), Date(2026, 1, None), Date(2026, 12, None)]
)
def test_dates_that_are_not_whole(language: str, date: Date) -> None:
    (one,) = find(write(quantity(Reading(date)), language), language)
    assert one.value == date


@pytest.mark.parametrize(
    ("text", "language", "written"),
    [
        ("€4.90", "de", "4,90\u00a0€"),
        ("€59", "fr", "59\u00a0€"),
        ("2–3 working days", "ru", "2–3 рабочих дня"),
        ("5 days", "pl", "5 dni"),
        ("2 days", "ar", "2 يوم"),
        ("30 days", "my", "၃၀ ရက်"),
        ("12 percent", "tr", "%12"),
        ("4 p.m.", "de", "16:00 Uhr"),
        ("€3 to €5", "en", "€3–5"),
        ("10:00", "fa", "۱۰:۰۰"),
        ("79098", "bn", "৭৯০৯৮"),
        ("1.2 litres", "th", "1.2 ล."),
        ("75 °C", "ja", "75°C"),
    ],
)
def test_how_a_language_writes(text: str, language: str, written: str) -> None:
    assert write(find(text, "en")[0], language) == written


def test_masked_quantities_are_filled_in_the_other_language() -> None:
    masked = mask("It takes 2–3 working days and costs €4.90. Write to help@shop.example.", "en")
    assert masked.text == "It takes [1] and costs [2]. Write to [3]."
    filled = fill("Es dauert [1] und kostet [2] Euro. Schreiben Sie an [3].", masked, "de")
    assert filled.text == "Es dauert 2–3 Werktage und kostet 4,90\u00a0€. Schreiben Sie an help@shop.example."
    assert (filled.missing, filled.unknown) == ((), ())


def test_lost_and_invented_placeholders_are_told() -> None:
    masked = mask("6 days, €9, €9", "en")
    assert masked.text == "[1], [2], [2]"
    filled = fill("【１】 und [7]", masked, "de")
    assert filled.text == "6 Tage und [7]"
    assert (filled.missing, filled.unknown) == ((2,), (7,))


def test_placeholders_of_several_texts_do_not_meet() -> None:
    assert mask("See [3]: 6 days", "en", first=2).text == "See [[4]]: [5]"
    assert mask("6 days", "en", first=5, form="{{{}}}").text == "{5}"


def test_words_that_belong_to_their_sentence_stay() -> None:
    assert mask("Turn on two-step sign-in within two days, with one code.", "en").text == (
        "Turn on two-step sign-in within [1], with one code."
    )
