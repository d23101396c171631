"""Which of the words beside an emoji is the thing itself."""

import json
from pathlib import Path

import pytest

from dragoman.evaluation.things.inflections import patterns_for
from dragoman.evaluation.things.keywords import Annotations, Thing, words_for

ENGLISH = {
    "🍯": ("honey pot", ["honey", "pot", "sweet"]),
    "🐝": ("honeybee", ["bee", "honey", "insect"]),
    "🫙": ("jar", ["jar", "pot"]),
    "🍬": ("candy", ["candy", "sweet"]),
}
ITALIAN = {
    "🍯": ("barattolo di miele", ["barattolo", "dolce", "miele", "orso"]),
    "🐝": ("ape", ["ape", "insetto", "miele"]),
    "🫙": ("barattolo", ["barattolo"]),
    "🍬": ("caramella", ["caramella", "dolce"]),
}


def _written(folder: Path, locale: str, entries: dict[str, tuple[str, list[str]]]) -> None:
    (folder / locale).mkdir()
    annotations = {emoji: {"tts": [name], "default": words} for emoji, (name, words) in entries.items()}
    text = json.dumps({"annotations": {"annotations": annotations}})
    (folder / locale / "annotations.json").write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _written(tmp_path, "en", ENGLISH)
    _written(tmp_path, "it", ITALIAN)
    return tmp_path


def test_a_thing_is_told_from_its_pot_and_its_taste(folder: Path) -> None:
    english, italian = Annotations.read(folder, "en"), Annotations.read(folder, "it")
    assert words_for(Thing(frozenset("🍯"), ("honey",)), italian, english) == ["miele"]


def test_a_whole_name_is_taken_as_it_is(folder: Path) -> None:
    english, italian = Annotations.read(folder, "en"), Annotations.read(folder, "it")
    assert words_for(Thing(frozenset("🍬"), ("candy",)), italian, english) == ["caramella"]


def test_a_language_without_annotations_has_no_words(folder: Path) -> None:
    english, none = Annotations.read(folder, "en"), Annotations.read(folder, "ceb")
    assert not words_for(Thing(frozenset("🍬"), ("candy",)), none, english)


@pytest.mark.parametrize(
    ("language", "word", "patterns"),
    [
        ("en", "candle", ["candle", "candles"]),
        ("it", "fungo", ["fungo", "funghi"]),
        ("it", "mela", ["mela", "mele"]),
        ("de", "regenschirm", ["regenschirm*", "*regenschirm"]),
        ("ru", "гитара", ["гитар*"]),
        ("en", "brush", ["brush", "brushs", "brushes"]),
        ("es", "limón", ["limon", "limons", "limones"]),
        ("th", "กีตาร์", ["กีตาร์"]),
        ("zh", "蛋", []),
        ("vi", "hành", []),
        ("fr", "maïs", []),
        ("en", "ice cream", ["ice_cream"]),
        ("ko", "기타", ["|기타"]),
    ],
)
def test_patterns_of_a_word(language: str, word: str, patterns: list[str]) -> None:
    assert list(patterns_for(word, language)) == patterns


def test_a_turkish_ending_softens_the_word() -> None:
    assert {"kopek", "kopegi", "kopekler"} <= set(patterns_for("köpek", "tr"))
    assert list(patterns_for("bardacık", "tr")) == ["bardacik*", "bardacig*"]
