"""What is documented and what is real cannot drift apart."""

from pathlib import Path
from typing import get_args

from dragoman.languages.registry import LANGUAGES
from dragoman.settings.groups import LanguageCode
from dragoman.settings.reference import reference

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def test_every_setting_is_documented_as_it_is() -> None:
    written = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    assert written == reference(), (
        "renew it: python -m dragoman.settings.reference > docs/reference/settings.md"
    )


def test_the_fallback_language_can_be_any_of_the_29() -> None:
    assert set(get_args(LanguageCode)) == set(LANGUAGES)
