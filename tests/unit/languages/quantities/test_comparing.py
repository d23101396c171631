import pytest

from dragoman.languages.quantities import (
    Reason,
    find,
    identifiers,
    same,
    supported,
    unknown_identifiers,
    unsupported,
)
from dragoman.languages.registry import LANGUAGES


def reasons(text: str, language: str, source: str) -> list[Reason]:
    return [one.reason for one in unsupported(text, language, find(source, "en"))]


@pytest.mark.parametrize(
    ("source", "language", "text"),
    [
        ("€6", "ru", "6 евро"),
        ("€6", "th", "6 ยูโร"),
        ("15 days", "ru", "15 дней"),
        ("3 to 5 days", "de", "3–5 Tage"),
        ("3–5 days", "fr", "entre 3 et 5 jours"),
        ("3–5 days", "en", "at most 5 days"),
        ("6 p.m.", "de", "18:00"),
        ("6 p.m.", "nl", "18 uur"),
        ("18:00", "hi", "शाम 6 बजे"),
        ("10 percent", "tr", "%10"),
        ("€1,234.50", "de", "1.234,50 €"),
        ("€1,234.50", "fa", "۱٬۲۳۴٫۵۰ یورو"),
        ("March 5, 2026", "ja", "3月5日"),
        ("2–3 working days", "ko", "2~3영업일"),
        ("100 points", "es", "100 puntos"),
        ("two photos", "de", "2 Fotos"),
        ("30 days", "my", "ရက် ၃၀"),
    ],
)
def test_what_stands_in_the_source(source: str, language: str, text: str) -> None:
    assert reasons(text, language, source) == []


@pytest.mark.parametrize(
    ("source", "language", "text", "reason"),
    [
        ("€6", "ru", "6 рублей", Reason.UNIT_DIFFERS),
        ("€6", "th", "6 วัน", Reason.UNIT_DIFFERS),
        ("€6", "en", "6 days", Reason.UNIT_DIFFERS),
        ("€6", "en", "$6", Reason.UNIT_DIFFERS),
        ("3–5 days", "en", "4 days", Reason.VALUE_UNKNOWN),
        ("3–5 days", "en", "3–6 days", Reason.VALUE_UNKNOWN),
        ("3 working days", "de", "3 Tage", Reason.UNIT_DIFFERS),
        ("24 hours", "en", "1 day", Reason.VALUE_UNKNOWN),
        ("6 p.m.", "en", "6 a.m.", Reason.VALUE_UNKNOWN),
        ("March 5, 2026", "de", "5. März 2027", Reason.VALUE_UNKNOWN),
        ("12 percent", "zh", "12天", Reason.UNIT_DIFFERS),
        ("€6", "hi", "६०० रुपये", Reason.VALUE_UNKNOWN),
        ("30 days", "ar", "٣٠ ساعة", Reason.UNIT_DIFFERS),
    ],
)
def test_what_does_not(source: str, language: str, text: str, reason: Reason) -> None:
    assert reasons(text, language, source) == [reason]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_supports_a_figure_without_sources(language: str) -> None:
    (one,) = find("17", language)
    assert not supported(one, [])


def test_a_weak_quantity_is_not_held_against_a_sentence() -> None:
    assert reasons("eine Karte", "de", "") == []


def test_the_same_in_two_languages() -> None:
    assert same(find("€6", "en")[0], find("6 евро", "ru")[0])
    assert not same(find("€6", "en")[0], find("6 дней", "ru")[0])


def test_identifiers_are_compared_as_they_are_meant() -> None:
    known = identifiers(
        "Call +49 761 555 0142, see https://shop.example/track/ or write to help@shop.example; AB-1234"
    )
    assert not unknown_identifiers(
        identifiers("0761/5550142, www.shop.example/track, HELP@shop.example, ab-1234"), known
    )
    strange = unknown_identifiers(identifiers("0761/5550143 evil.example, me@shop.example, AB-1235"), known)
    assert len(strange) == 4


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("DE44 5001 0517 5407 3249 31", ["code"]),
        ("order #12345, model X15B-2", ["code", "code"]),
        ("6kg, 24h, 16h30, EUR6, Rp5000, Rs1–2, 05/03/2026, ke-3", []),
        ("โทร 02-123-4567", ["phone"]),
        ("请访问https://shop.example/追踪。", ["link"]),
        ("٠٧٦١ ٥٥٥ ٠١٤٢", ["phone"]),
    ],
)
def test_kinds_of_identifiers(text: str, kinds: list[str]) -> None:
    assert [one.kind for one in identifiers(text)] == kinds
