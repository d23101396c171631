from pathlib import Path

import pytest

from dragoman.answers.levels import FOLDER, Levels, default_level, model_key
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import OperatorError
from dragoman.nouns.level import Level


def write(home: Path, model: str, text: str) -> None:
    (home / FOLDER).mkdir(exist_ok=True)
    (home / FOLDER / f"{model}.toml").write_text(text, encoding="utf-8")


def test_what_was_measured_in_the_home_holds_for_its_model_only(tmp_path: Path) -> None:
    write(tmp_path, "qwen-own-7b", '[levels]\nde = "curated only"\nlo = "generate"\n')
    levels = Levels.load(tmp_path)
    assert levels.of("Qwen/Own 7B", "de") is Level.CURATED_ONLY
    assert levels.of("qwen-own-7b", "lo") is Level.GENERATE
    assert levels.of("another", "de") is default_level("de") is Level.GENERATE
    assert levels.of("qwen-own-7b", "km") is default_level("km") is Level.QUOTE, "not measured in it"


def test_the_owner_has_the_last_word(tmp_path: Path) -> None:
    write(tmp_path, "m", '[levels]\nde = "generate"\n')
    levels = Levels.load(tmp_path, {"de": Level.QUOTE})
    assert levels.of("m", "de") is Level.QUOTE
    assert levels.of(None, "de") is Level.QUOTE


def test_an_unknown_model_is_met_with_care() -> None:
    levels = Levels.load()
    generated = {code for code in LANGUAGES if levels.of("nobody-knows-it", code) is Level.GENERATE}
    assert generated == {code for code in LANGUAGES if levels.of(None, code) is Level.GENERATE}
    assert "en" in generated
    assert len(generated) < 10


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("levels = 1", "no table"),
        ("[other]\n", "no table"),
        ('[levels]\nxx = "quote"\n', "xx is none of the 29"),
        ('[levels]\nde = "shout"\n', "de: expected generate, quote, curated only"),
        ("[levels", "does not hold levels"),
    ],
)
def test_a_broken_file_is_named_with_what_to_do(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, "m", text)
    with pytest.raises(OperatorError, match=said) as raised:
        Levels.load(tmp_path)
    assert "m.toml" in str(raised.value)
    assert "eval --save-levels" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "key"),
    [("Qwen/Qwen2.5-7B-Instruct", "qwen-qwen2.5-7b-instruct"), ("llama3:8b", "llama3-8b"), ("../../x", "x")],
)
def test_a_model_is_filed_under_a_safe_name(name: str, key: str) -> None:
    assert model_key(name) == key
