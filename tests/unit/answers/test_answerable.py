"""Whether what was found answers, read beside what is usual in the language."""

from dataclasses import replace

import pytest

from dragoman.answers.answerable import Answerable
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.knowledge import DocumentId, Found, Passage

PASSAGE = Passage(1, DocumentId("a.md"), "A", (), "en", "Delivery takes 5 days.", 0, None, 1)
ANSWERABLE = Answerable(
    usual={"en": 0.85, "th": 0.80},
    meaning=50.0,
    words=5.0,
    concepts=5.0,
    unheard=-2.0,
    bias=0.0,
    least=0.5,
)


def find(meaning: float, words: float, concepts: float = 0.0, unheard: int = 0) -> Found:
    return Found(PASSAGE, 1.0, meaning, words, concepts, unheard)


def test_nothing_found_is_not_answerable():
    verdict = ANSWERABLE.judge("en", [])
    assert (verdict.answerable, verdict.likelihood, verdict.reason) == (False, 0.0, "nothing_found")


def test_the_same_cosine_is_much_in_one_language_and_little_in_another():
    assert ANSWERABLE.judge("th", [find(0.82, 0.0)]).answerable
    little = ANSWERABLE.judge("en", [find(0.82, 0.0)])
    assert (little.answerable, little.reason) == (False, "no_passage_answers")


def test_shared_words_speak_for_a_passage():
    alone, shared = (ANSWERABLE.judge("en", [find(0.82, words)]).likelihood for words in (0.0, 0.6))
    assert alone < 0.5 < shared


def test_shared_concepts_speak_for_a_passage_in_another_language():
    alone, shared = (ANSWERABLE.judge("th", [find(0.78, 0.0, one)]).likelihood for one in (0.0, 0.6))
    assert alone < 0.5 < shared


def test_what_nobody_speaks_of_speaks_against_any_passage():
    known, unheard = (ANSWERABLE.judge("en", [find(0.87, 0.0, 0.0, one)]).likelihood for one in (0, 1))
    assert unheard < 0.5 < known


def test_only_the_best_find_is_judged():
    assert not ANSWERABLE.judge("en", [find(0.70, 0.0), find(0.99, 1.0)]).answerable


def test_a_likelihood_is_never_outside_0_to_1():
    for meaning in (-1.0, 0.0, 1.0):
        assert 0.0 <= ANSWERABLE.judge("en", [find(meaning, 1.0)]).likelihood <= 1.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fitted_figures_know_every_language(language):
    fitted = Answerable.load()
    assert 0.0 < fitted.least < 1.0
    usual = fitted.usual[language]
    assert fitted.judge(language, [find(usual + 0.03, 0.3)]).answerable
    assert not fitted.judge(language, [find(usual - 0.2, 0.0)]).answerable
    assert replace(fitted, least=1.0).judge(language, [find(usual, 0.0)]).answerable is False
