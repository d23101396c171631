"""The demonstration shop hangs together: what is said in one language is said in all, and with the same figures."""

import csv
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from dragoman.knowledge.curated_rows import read_rows
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.curated import CuratedStatus, CuratedText

SHOP = Path(__file__).parents[3] / "examples" / "shop"
AREAS = sorted(path for path in SHOP.glob("*.md") if path.stem not in LANGUAGES)
ONLY_IN = ("ar", "de", "zh")
# Both of a pair of opposites, so that a match which cannot tell them apart shows.
OPPOSITES = {("open-account", "close-account"), ("cancel-order", "change-delivery-date")}
_TIME_WITH_H = re.compile(r"(\d)\s?h\s?(\d\d)")
_TIME_WITH_POINT = re.compile(r"\b(\d{1,2})\.(00|30)\b")
_DECIMAL_COMMA = re.compile(r"(?<=\d)[,٫](?=\d)")
_FIGURE = re.compile(r"\d+(?:[.:]\d+)*")
# "Within one working day": a word in some languages, a figure in others.
_ALSO_A_WORD = "1"


def entries(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n## ")[1:]


def topic_of(path: Path) -> str:
    found = re.match(r"---\ntopic: (.+)\n---\n# .+\n", path.read_text(encoding="utf-8"))
    assert found, path
    return found[1]


def curated(code: str) -> list[CuratedText]:
    with (SHOP / "curated" / f"{code}.csv").open(encoding="utf-8", newline="") as lines:
        return read_rows(csv.DictReader(lines))


def figures(text: str) -> Counter[str]:
    western = "".join(str(unicodedata.digit(one, one)) for one in text)
    plain = _DECIMAL_COMMA.sub(".", _TIME_WITH_H.sub(r"\1:\2", western))
    found = Counter(_FIGURE.findall(_TIME_WITH_POINT.sub(r"\1:\2", plain)))
    del found[_ALSO_A_WORD]
    return found


def test_there_are_eight_areas_with_enough_entries() -> None:
    assert len(AREAS) == 8
    assert sum(len(entries(path)) for path in AREAS) >= 44
    assert {len(set(entries(path))) == len(entries(path)) for path in AREAS} == {True}


def test_the_areas_are_named_in_every_language() -> None:
    with (SHOP / "topics.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["topic"] for row in rows} == {topic_of(path) for path in AREAS}
    assert all(list(row) == ["topic", *LANGUAGES] and all(row.values()) for row in rows)


@pytest.mark.parametrize("code", ONLY_IN)
def test_what_stands_in_one_language_only_belongs_to_an_area(code: str) -> None:
    path = SHOP / f"{code}.md"
    assert topic_of(path) in {topic_of(area) for area in AREAS}
    assert len(entries(path)) >= 3


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_answers_the_same_questions(code: str) -> None:
    own, english = curated(code), curated("en")
    assert [(one.entry, one.topic) for one in own] == [(one.entry, one.topic) for one in english]
    assert len(own) == 15
    assert {id_ for pair in OPPOSITES for id_ in pair} <= {one.entry for one in own}
    for one in own:
        assert one.language == code
        assert one.status is CuratedStatus.APPROVED
        assert one.reviewer
        assert len(one.wordings) >= 3


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_two_questions_of_a_language_are_put_alike(code: str) -> None:
    said = Counter(words.casefold() for one in curated(code) for words in (one.question, *one.wordings))
    assert [words for words, times in said.items() if times > 1] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_gives_the_same_figures(code: str) -> None:
    english = {one.entry: figures(one.answer) for one in curated("en")}
    assert {one.entry: figures(one.answer) for one in curated(code)} == english


def test_every_figure_of_an_answer_stands_in_the_areas_knowledge() -> None:
    known: dict[str, Counter[str]] = {
        topic_of(path): figures(path.read_text(encoding="utf-8")) for path in AREAS
    }
    for one in curated("en"):
        assert figures(one.answer).keys() <= known[one.topic].keys(), one.entry


def test_addresses_and_the_telephone_number_are_the_same_everywhere() -> None:
    english = {one.entry: addresses(one.answer) for one in curated("en")}
    for code in LANGUAGES:
        assert {one.entry: addresses(one.answer) for one in curated(code)} == english, code


def addresses(text: str) -> set[str]:
    found = re.findall(
        r"https://lindenhof\.example/[a-z]+|[a-z0-9]+@lindenhof\.example|\+49 761 555 0142", text
    )
    return set(found)
