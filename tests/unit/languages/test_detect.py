import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.languages.decision import as_record
from dragoman.languages.detect import Detector
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.language import DecidedBy
from dragoman.testing.fixed_detector import FixedDetector

SENTENCES = tomllib.loads((Path(__file__).parent / "sentences.toml").read_text(encoding="utf-8"))
DETECTOR = Detector(fallback="en")


EACH = [(code, text) for code, texts in SENTENCES.items() for text in texts]


def test_there_are_sentences_in_every_language() -> None:
    assert SENTENCES.keys() == LANGUAGES.keys()
    assert all(len(texts) >= 4 for texts in SENTENCES.values())


@pytest.mark.parametrize(("code", "text"), EACH)
def test_a_first_message_is_understood(code: str, text: str) -> None:
    assert DETECTOR.decide(text).language == code


@pytest.mark.parametrize(("code", "text"), EACH)
def test_a_conversation_keeps_its_language(code: str, text: str) -> None:
    assert DETECTOR.decide(text, prior=code).language == code


@pytest.mark.parametrize(("code", "text"), [(code, max(texts, key=len)) for code, texts in SENTENCES.items()])
def test_a_whole_sentence_switches_a_conversation(code: str, text: str) -> None:
    prior = "en" if code != "en" else "de"
    assert DETECTOR.decide(text, prior=prior).language == code


NO_WORDS = ["", " ", "🙂👍", "12345", "?!…", "https://shop.example/fr/page", "me@shop.example", "RX-7900 XT-12", "OK", "\u200b", "\ud800", "Ελλάδα"]  # fmt: skip


@pytest.mark.parametrize("text", NO_WORDS)
def test_what_has_no_words_leaves_the_decision_to_what_is_known(text: str) -> None:
    detector = Detector(fallback="zh")
    for knowing, code, by in (
        ({"prior": "vi", "hints": ("fr",)}, "vi", DecidedBy.CONVERSATION),
        ({"hints": ("fr", "en")}, "fr", DecidedBy.HINT),
        ({}, "zh", DecidedBy.FALLBACK),
    ):
        decision = detector.decide(text, **knowing)
        assert (decision.language, decision.decided_by) == (code, by)


@pytest.mark.parametrize("text", ["x", "abc", "asdf", "zz"])
@pytest.mark.parametrize("fallback", ["en", "zh", "pl", "ar"])
def test_words_that_say_next_to_nothing_get_the_operators_language(text: str, fallback: str) -> None:
    decision = Detector(fallback=fallback).decide(text)
    assert (decision.language, decision.decided_by) == (fallback, DecidedBy.FALLBACK)
    assert decision.candidates[0].language == fallback


@pytest.mark.parametrize("text", ["x", "abc", "asdf", "zz"])
def test_the_operators_language_gives_way_to_what_is_known_of_the_customer(text: str) -> None:
    detector = Detector(fallback="zh")
    assert detector.decide(text, prior="vi").decided_by is DecidedBy.CONVERSATION
    decision = detector.decide(text, hints=("fr",))
    assert (decision.language, decision.decided_by) == ("fr", DecidedBy.HINT)


@pytest.mark.parametrize(
    ("text", "code"), [("hola", "es"), ("ciao", "it"), ("danke", "de"), ("salamat po", "tl")]
)
def test_one_known_word_outdoes_the_operators_language(text: str, code: str) -> None:
    decision = Detector(fallback="zh").decide(text)
    assert (decision.language, decision.decided_by) == (code, DecidedBy.WORDS)


def test_a_choice_wins_outright() -> None:
    decision = DETECTOR.decide("Wo bleibt mein Paket?", prior="de", chosen="ja", hints=("de",))
    assert (decision.language, decision.confidence, decision.decided_by) == ("ja", 1.0, DecidedBy.CHOICE)


def test_a_browsers_language_settles_what_words_leave_open() -> None:
    neutral = "terima kasih"
    assert DETECTOR.decide(neutral, hints=("ms", "en")).language == "ms"
    assert DETECTOR.decide(neutral, hints=("id", "en")).language == "id"
    assert DETECTOR.decide("Wo bleibt mein Paket?", hints=("ms",)).language == "de"


def test_one_word_that_many_write_does_not_switch_a_conversation() -> None:
    for text, prior in (("no", "es"), ("si", "it"), ("Nevada", "ko"), ("ok", "zh"), ("iPhone 15 Pro", "de")):
        assert DETECTOR.decide(text, prior=prior).language == prior


def test_a_message_in_two_scripts_goes_to_its_main_language() -> None:
    for text, code in (
        ("What does 谢谢 mean?", "en"),
        ("我的 iPhone 15 Pro Max 坏了", "zh"),
        ("wifi 密码是多少", "zh"),
        ("東京駅で受け取れますか", "ja"),
        ("هل يتوفر MacBook Pro M3 Max Space Black؟", "ar"),
    ):
        assert DETECTOR.decide(text).language == code


def test_codes_that_are_none_of_ours_are_passed_over() -> None:
    decision = DETECTOR.decide("🙂", prior="xx", chosen="tlh", hints=("sv", "th"))
    assert (decision.language, decision.decided_by) == ("th", DecidedBy.HINT)


def test_an_unknown_fallback_is_refused() -> None:
    with pytest.raises(KeyError):
        Detector(fallback="xx")


@given(
    st.text(st.characters()),
    st.none() | st.sampled_from(list(LANGUAGES)),
    st.lists(st.sampled_from(list(LANGUAGES)), max_size=4),
)
def test_any_text_gets_one_of_the_29_with_ordered_candidates(
    text: str, prior: str | None, hints: list[str]
) -> None:
    decision = DETECTOR.decide(text, prior=prior, hints=hints)
    assert decision.language in LANGUAGES
    confidences = [one.confidence for one in decision.candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert decision.candidates[0].language == decision.language
    assert 0 < decision.confidence <= 1
    assert sum(confidences) <= 1 + 1e-9
    assert DETECTOR.decide(text, prior=prior, hints=hints) == decision


def test_a_very_long_message_is_decided_by_its_beginning() -> None:
    assert DETECTOR.decide("Wo bleibt mein Paket? " + "x@" * 500_000).language == "de"


def test_a_decision_is_told_as_plain_values() -> None:
    record = as_record(DETECTOR.decide("Où est ma commande ?"))
    assert record["language"] == "fr"
    assert record["confidence"] == record["candidates"][0]["confidence"] > 0.9
    assert record["decided_by"] == "words"


def test_the_fixed_detector_decides_as_told() -> None:
    detector = FixedDetector("ko", by_text={"hola": "es"})
    assert detector.decide("x", prior="en").language == "ko"
    assert detector.decide("hola").language == "es"
    assert detector.decide("hola", chosen="pl").language == "pl"
