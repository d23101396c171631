"""Greetings, thanks and calls for a person are answered from phrases; a question never is."""

import tomllib
from importlib import resources

import pytest

from dragoman.answers.small_talk import PERSON, SmallTalk
from dragoman.languages.phrases import Phrases
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.message import Source

PHRASES = Phrases.load()
SMALL_TALK = SmallTalk.load(PHRASES)
KNOWN = tomllib.loads((resources.files("dragoman.languages") / "small_talk.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["greeting", "thanks", "goodbye", "robot", "how_are_you", "who_are_you"])
def test_small_talk_is_answered_in_the_customers_language(language, kind):
    for said in KNOWN[language][kind]:
        answer = SMALL_TALK.answer(f" {said.upper()}!", language)
        assert answer is not None, said
        assert answer.reason == f"small_talk_{kind}"
        assert answer.text == PHRASES.text(f"small_talk.{kind}", language)
        assert (answer.source, answer.citations, answer.model) == (Source.CURATED, (), None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_wants_a_person_is_told_where_to_reach_one(language):
    said = KNOWN[language][PERSON][0]
    told = SMALL_TALK.answer(said, language)
    assert told is not None
    assert (told.text, told.reason) == (PHRASES.text("answer.person", language), "small_talk_person")
    reached = SmallTalk.load(PHRASES, contact="help@shop.example").answer(said, language)
    assert reached is not None
    assert reached.text == PHRASES.text("answer.contact", language, contact="help@shop.example")


def test_a_greeting_of_another_language_is_answered_in_the_decided_one():
    answer = SMALL_TALK.answer("Guten Tag", "ja")
    assert answer is not None
    assert answer.text == PHRASES.text("small_talk.greeting", "ja")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, how long does delivery take?", "en"),
        ("Thanks, but where is my parcel?", "en"),
        ("Hallo, was kostet der Versand?", "de"),
        ("你好，运费多少钱？", "zh"),
        ("Can I talk to a person about my broken lamp?", "en"),
        ("…", "en"),
        ("14", "en"),
        ("hello " * 20, "en"),
    ],
)
def test_a_question_is_no_small_talk(text, language):
    assert SMALL_TALK.answer(text, language) is None
