"""A decline says so, says what can be asked, and offers a person."""

import pytest

from dragoman.answers.decline import MOST_TOPICS, Decline
from dragoman.languages.phrases import Phrases
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.message import Source

PHRASES = Phrases.load()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_decline_speaks_the_customers_language(language):
    answer = Decline(PHRASES, contact="help@shop.example").answer(
        language, ["Delivery, costs", "Returns"], "no_passage_answers"
    )
    assert answer.text.split("\n\n") == [
        PHRASES.text("answer.declined", language),
        PHRASES.text("answer.topics", language, topics="Delivery, costs; Returns"),
        PHRASES.text("answer.contact", language, contact="help@shop.example"),
    ]
    assert (answer.source, answer.citations, answer.model) == (Source.DECLINED, (), None)
    assert answer.reason == "no_passage_answers"


def test_without_topics_none_are_promised_and_without_an_address_a_person_is_offered():
    answer = Decline(PHRASES).answer("en", [], "nothing_found")
    assert answer.text.split("\n\n") == [
        PHRASES.text("answer.declined", "en"),
        PHRASES.text("answer.person", "en"),
    ]


def test_many_topics_are_cut_to_what_can_be_read():
    topics = [f"Topic {number:02}" for number in range(MOST_TOPICS + 3)]
    said = Decline(PHRASES).answer("en", topics, "nothing_found").text
    assert topics[MOST_TOPICS - 1] in said
    assert topics[MOST_TOPICS] not in said
