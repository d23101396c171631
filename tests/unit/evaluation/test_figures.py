import pytest

from dragoman.evaluation.figures import contains, figures, unknown_figures


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Das macht 1.234,50 €.", "1234.50"),
        ("That is 1,234.50", "1234.50"),
        ("1 234,5", "1234.50"),
        ("12,34,567 টাকা", "1234567"),
        ("১৫ দিন", "15"),
        ("٣٠ يوماً", "30"),
        ("１５元", "15"),
        ("€15", "€ 15"),
        ("15 €", "15€"),
        ("15,00 €", "15"),
        ("on 12.03.2024", "2024"),
        ("1、15元", "15"),
        ("14:00 Uhr", "14:00"),
        ("Write to Help@Shop.example.", "help@shop.example"),
        ("take HX-200.", "HX-200"),
        ("3–5 jours", "5"),
    ],
)
def test_what_a_person_would_find_is_found(text: str, wanted: str) -> None:
    assert contains(text, wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("150", "15"),
        ("2015", "15"),
        ("1.5", "15"),
        ("15,20", "15"),
        ("HX-2000", "HX-200"),
        ("14:005", "14:00"),
        ("fifteen", "15"),
        ("", "15"),
        ("1 500 m", "500"),
    ],
)
def test_a_figure_is_not_found_inside_another(text: str, wanted: str) -> None:
    assert not contains(text, wanted)


def test_figures_that_nobody_knows_are_named_and_list_numbers_are_none() -> None:
    known = figures("It costs 15.5 and takes 1,234 days.")
    assert unknown_figures("1. 15,50 €\n2. 1.234 jours\n3) und 7 Tage", known) == ["7"]
