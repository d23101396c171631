import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.languages.registry import LANGUAGES, language, match_tag, name_in, parse_accept_language
from dragoman.languages.scripts import NUMERALS

CODES = ["zh", "en", "de", "fr", "es", "pt", "it", "nl", "ru", "cs", "pl", "ar", "fa", "he", "tr", "ja", "ko", "vi", "th", "id", "ms", "lo", "my", "ceb", "km", "tl", "hi", "bn", "ur"]  # fmt: skip


def test_the_29_languages_are_there_each_under_its_code() -> None:
    assert list(LANGUAGES) == CODES
    assert all(one.code == code for code, one in LANGUAGES.items())


def test_names_are_unlike_each_other() -> None:
    for attribute in ("english", "own", "chinese"):
        assert len({getattr(one, attribute) for one in LANGUAGES.values()}) == len(LANGUAGES)


def test_four_languages_run_right_to_left() -> None:
    assert {code for code, one in LANGUAGES.items() if one.direction == "rtl"} == {"ar", "fa", "he", "ur"}


def test_every_numbering_system_named_is_known() -> None:
    assert {system for one in LANGUAGES.values() for system in one.numerals} <= set(NUMERALS)
    assert all(len(digits) == 10 for digits in NUMERALS.values())


def test_an_unknown_code_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        language("xx")


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("pt-BR", "pt"),
        ("zh-Hant-TW", "zh"),
        ("zh_CN", "zh"),
        ("FIL", "tl"),
        ("in", "id"),
        ("iw-IL", "he"),
        ("yue", "zh"),
        ("ceb", "ceb"),
        (" ur-PK ", "ur"),
        ("xx", None),
        ("", None),
        ("*", None),
        ("english", None),
    ],
)
def test_tags_find_their_language(tag: str, code: str | None) -> None:
    assert match_tag(tag) == code


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ("fr", ("fr",)),
        ("de-AT,de;q=0.9,en;q=0.8", ("de", "en")),
        ("en;q=0.5, ja, ko;q=0.7", ("ja", "ko", "en")),
        ("en;q=0, fr;q=0.1", ("fr",)),
        ("*;q=0.5, sv, th;q=0.2", ("th",)),
        ("en;q=nan, fr;q=2, de;q=-1, it;q=x, es; q = 0.3", ("es",)),
        ("", ()),
        (";;;,,,q=1", ()),
    ],
)
def test_accept_language_is_read_best_first(header: str, codes: tuple[str, ...]) -> None:
    assert parse_accept_language(header) == codes


def test_a_very_long_header_is_read_at_its_beginning_only() -> None:
    assert parse_accept_language("vi," + "x" * 1_000_000 + ",fr") == ("vi",)


@given(st.text())
def test_any_header_gives_some_of_the_29(header: str) -> None:
    codes = parse_accept_language(header)
    assert set(codes) <= set(LANGUAGES)
    assert len(set(codes)) == len(codes)


def test_operators_read_names_in_their_language() -> None:
    assert name_in("fr", "zh") == "法语"
    assert name_in("fr", "en") == "French"
