import re
import tomllib
from importlib import resources
from types import MappingProxyType

import pytest

from dragoman.languages.phrases import Phrases, placeholders
from dragoman.languages.registry import LANGUAGES, Language
from dragoman.languages.scripts import count_scripts
from dragoman.nouns.errors import DragomanError, OperatorError

# Scripts in which Unicode counts what ISO 15924 names by language.
_UNICODE_SCRIPTS = {
    "Hans": {"Hani"},
    "Hant": {"Hani"},
    "Jpan": {"Hani", "Hira", "Kana"},
    "Kore": {"Hang", "Hani"},
}

# Texts that are the same word in both languages.
_SAME_AS_ENGLISH = {
    ("fr", "chat.assistant"),
    ("fr", "chat.conversation"),
    ("fr", "chat.sources"),
    ("es", "chat.feedback_no"),
    ("it", "chat.feedback_no"),
}
# Names that are written in Latin letters everywhere.
_NAMES = ("JavaScript",)


def tables(code: str) -> dict[str, dict[str, str]]:
    source = resources.files("dragoman.languages") / "phrases" / f"{code}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def texts(code: str) -> dict[str, str]:
    return {f"{name}.{key}": text for name, section in tables(code).items() for key, text in section.items()}


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return Phrases.load()


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_every_text_with_the_same_placeholders(code: str) -> None:
    english, own = texts("en"), texts(code)
    assert own.keys() == english.keys()
    assert {key: placeholders(text) for key, text in own.items()} == {
        key: placeholders(text) for key, text in english.items()
    }


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_text_is_empty_or_has_stray_white_space(code: str) -> None:
    for key, text in texts(code).items():
        assert text, key
        assert not re.search(r"^\s|\s$|\s\s|[\t\n]", text), key


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_no_text_is_still_english(code: str) -> None:
    english = texts("en")
    same = {key for key, text in texts(code).items() if text == english.get(key)}
    assert {key for key in same if (code, key) not in _SAME_AS_ENGLISH} == set()


@pytest.mark.parametrize("one", LANGUAGES.values(), ids=lambda one: one.code)
def test_every_text_is_in_the_languages_own_script(one: Language) -> None:
    own = set[str]().union(*(_UNICODE_SCRIPTS.get(script, {script}) for script in one.scripts))
    for key, text in texts(one.code).items():
        words = text.format_map(dict.fromkeys(placeholders(text), ""))
        for name in _NAMES:
            words = words.replace(name, "")
        assert set(count_scripts(words)) <= own, f"{key}: {words}"


def test_every_error_has_its_text() -> None:
    errors, todo = set[type[DragomanError]](), [DragomanError]
    while todo:
        error = todo.pop()
        errors.add(error)
        todo.extend(error.__subclasses__())
    assert {error.phrase for error in errors} <= texts("en").keys()


def test_values_are_filled_in_as_they_are(phrases: Phrases) -> None:
    english = texts("en")["chat.answers_in"]
    assert phrases.text("chat.answers_in", "en", language="{x} <b>") == english.replace(
        "{language}", "{x} <b>"
    )
    assert "4000" in phrases.text("error.message_too_long", "my", limit=4000)


def test_a_missing_value_key_or_language_is_a_key_error(phrases: Phrases) -> None:
    for key, language in (("chat.answers_in", "en"), ("chat.nothing", "en"), ("chat.send", "xx")):
        with pytest.raises(KeyError):
            phrases.text(key, language)


def test_a_section_is_handed_out_whole(phrases: Phrases) -> None:
    assert phrases.section("chat", "fr").keys() == tables("en")["chat"].keys()


def _complete() -> dict[str, dict[str, dict[str, str]]]:
    return {code: {"chat": {"send": f"send {code}", "to": "to {name}"}} for code in LANGUAGES}


def test_a_complete_set_is_taken() -> None:
    assert Phrases(_complete()).text("chat.to", "km", name="A") == "to A"


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda texts: texts.pop("km"), "km has no phrases"),
        (lambda texts: texts["km"]["chat"].pop("send"), r"km\.toml lacks chat\.send"),
        (lambda texts: texts["km"]["chat"].update(more="x"), r"km\.toml has an unknown chat\.more"),
        (lambda texts: texts["km"]["chat"].update(to="to"), r"km\.toml, chat\.to has other placeholders"),
        (lambda texts: texts["km"]["chat"].update(to="to {name!r}"), "plain name"),
        (lambda texts: texts["km"]["chat"].update(to="to {name"), r"km\.toml, chat\.to"),
        (lambda texts: texts["km"]["chat"].update(send=" "), "holds no text"),
        (lambda texts: texts["km"]["chat"].update(send=3), "holds no text"),
        (lambda texts: texts["km"].update(MappingProxyType({"odd": {"a": "b"}})), r"unknown odd\.a"),
    ],
)
def test_what_is_wrong_is_told_at_the_start(spoil, complaint: str) -> None:
    texts = _complete()
    spoil(texts)
    with pytest.raises(OperatorError, match=complaint):
        Phrases(texts)
