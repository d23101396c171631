"""Made-up passages, stores of them, and pages of real text, on the real PostgreSQL and few of each."""

import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from dragoman.bench import knowledge
from dragoman.bench.base import Turn
from dragoman.bench.finding import nearest_found, searching
from dragoman.bench.knowledge import Knowledge, named
from dragoman.bench.made_up import EMBEDDER, LANGUAGES, MadeUp
from dragoman.bench.measures import MEASURES, SERIES
from dragoman.bench.running import measure
from dragoman.bench.stores import A_DOCUMENT, Store, fill, rates, storing
from dragoman.bench.subject import Subject
from dragoman.bench.taking_in import _taken, shop_answers, taking_in, write_pages
from dragoman.evaluation.throwaway import Surroundings
from dragoman.knowledge.concept_words import asked_concepts
from dragoman.knowledge.cutting import MAX_CHARS
from dragoman.knowledge.search import Search
from dragoman.knowledge.words import tokens
from dragoman.languages.registry import LANGUAGES as ALL_LANGUAGES
from dragoman.nouns.errors import OperatorError
from dragoman.settings import KnowledgeSettings
from dragoman.storage.pool import Database
from dragoman.storage.search import Counts, Meaning, PassageIndex
from dragoman.testing.letter_embedder import LetterEmbedder
from dragoman.wiring.knowledge import OpenKnowledge, assemble_knowledge

from .scripted import Quiet, given

QUICK = Turn(0, seed=5, quick=True)


@pytest.fixture
async def store(database_url: str) -> AsyncGenerator[Store]:
    database = Database(database_url, connections=2)
    await database.open()
    yield Store(database, database_url, Subject("elsewhere", ""))
    await database.close()


@pytest.fixture
def library(store: Store) -> OpenKnowledge:
    return assemble_knowledge(
        KnowledgeSettings(), database=store.database, embedder=LetterEmbedder(), fallback="en"
    )


def test_the_same_seed_makes_the_same_and_another_seed_something_else() -> None:
    one, same, other = (MadeUp(seed).passages(3, "de") for seed in (1, 1, 2))
    assert one == same
    assert {each.text for each in one}.isdisjoint(each.text for each in other)


def test_made_up_vectors_lie_as_those_of_text_do() -> None:
    vectors = MadeUp(1).vectors(1000, "de")
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = (vectors @ vectors.T)[np.triu_indices(1000, 1)]
    assert np.percentile(cosines, (5, 50, 95)) == pytest.approx([0.785, 0.84, 0.88], abs=0.01)
    spread = np.linalg.eigvalsh(np.cov(vectors.T))
    assert 36 < spread.sum() ** 2 / (spread**2).sum() < 58


def test_questions_lie_nearer_to_passages_of_their_topic_than_to_others() -> None:
    made_up = MadeUp(1)
    passages = made_up.vectors(4000, "en")
    best = [max(passages @ one.vector) - np.median(passages @ one.vector) for one in made_up.questions(20)]
    assert np.median(best) > 0.05


def test_a_passage_has_as_many_words_and_concepts_as_text_has() -> None:
    found = MadeUp(1).passages(200, "en")
    concepts = [[word for word in one.words if word.startswith("=")] for one in found]
    words = [len(one.words) - len(said) for one, said in zip(found, concepts, strict=True)]
    assert 70 < np.mean(words) < 82
    assert 20 < np.mean([len(said) for said in concepts]) < 30
    assert tokens(found[0].text) == found[0].text.split()


def test_questions_come_in_all_languages_and_speak_of_something() -> None:
    asked = MadeUp(1).questions(300)
    assert len({one.language for one in asked}) > 25
    assert np.mean([bool(asked_concepts(one.text, one.language)) for one in asked]) > 0.9


@pytest.mark.database
async def test_as_many_passages_are_stored_as_are_told(store: Store) -> None:
    heard: list[int] = []
    await fill(store.database, MadeUp(1), 2 * A_DOCUMENT + 1, lambda done, _: heard.append(done))
    counts = await PassageIndex(store.database, embedder=EMBEDDER).counts([])
    assert heard == [20, 40, 60]
    assert counts.languages == dict.fromkeys(LANGUAGES[:3], A_DOCUMENT)


@pytest.mark.database
async def test_storing_is_measured_as_it_grows(store: Store) -> None:
    before = await store.bytes_on_disk()
    heard: list[int] = []
    outcome = await storing(store, 100, heard.append)(QUICK)
    assert heard[-1] == 100
    assert outcome.figures["disk"] > before
    assert 0 < outcome.figures["passages"] < 1e5
    assert [passages for passages, _ in outcome.series["passages_by_stored"]] == [20, 40, 60, 80, 100]


def test_the_rate_is_that_between_two_looks() -> None:
    moments = [(0, 0.0), (20, 1.0), (40, 3.0)]
    assert rates(moments) == [(20.0, 20.0), (40.0, 10.0)]
    assert len(rates([(number, float(number)) for number in range(5001)])) == pytest.approx(20, abs=1)


@pytest.mark.database
async def test_searches_are_measured_and_find_what_is_stored(store: Store) -> None:
    await fill(store.database, MadeUp(1), 80, lambda *_: None)
    outcome = await searching(store)(QUICK)
    assert 0 < outcome.figures["search_p50"] <= outcome.figures["search_p95"] < 10
    assert outcome.figures["nearest_found"] == 100
    assert outcome.figures.keys() <= MEASURES.keys()
    one = MadeUp(2).questions(1)[0]
    found = await Search(PassageIndex(store.database, embedder=EMBEDDER)).find(
        one.text, one.vector, language=one.language
    )
    assert len(found) == 5
    assert any(each.words > 0 for each in found)


class HalfBlind:
    """Finds every second one of the nearest, unless all passages are to be looked at."""

    embedder = EMBEDDER

    async def counts(self, words: Sequence[str]) -> Counts:
        return Counts({"en": 5000}, {})

    async def by_meaning(self, meaning: Meaning, counts: Mapping[str, int], *, most: int) -> Sequence[int]:
        return list(range(0, most, 2 if counts["en"] else 1))


async def test_what_a_graph_misses_is_counted() -> None:
    index = cast(PassageIndex, HalfBlind())
    assert await nearest_found(index, MadeUp(1).questions(3)) == 0.5


def test_pages_are_in_one_language_each_and_never_the_same(tmp_path: Path) -> None:
    answers = shop_answers()
    assert answers.keys() == ALL_LANGUAGES.keys()
    written: list[str] = []
    for seed in (1, 2):
        write_pages(tmp_path, answers, ["my", "de"], 3, random.Random(seed))
        written.append((tmp_path / "de.md").read_text(encoding="utf-8"))
    assert {file.name for file in tmp_path.iterdir()} == {"my.md", "de.md"}
    assert written[0] != written[1]


@pytest.mark.database
async def test_each_section_of_a_page_is_taken_in_as_one_full_passage(
    library: OpenKnowledge, tmp_path: Path
) -> None:
    write_pages(tmp_path, shop_answers(), ["de", "en"], 3, random.Random(1))
    outcome = await _taken(library, tmp_path)
    assert cast(LetterEmbedder, library.embedder).asked == 6
    assert MAX_CHARS / 2 < outcome.figures["characters"] <= MAX_CHARS


@pytest.mark.database
async def test_every_run_takes_in_new_text_into_an_empty_store(library: OpenKnowledge) -> None:
    embedder = cast(LetterEmbedder, library.embedder)
    for number in (0, 1):
        outcome = await taking_in(library)(Turn(number, seed=number, quick=True))
        assert outcome.figures["passages"] > 0
        assert (await library.storage.state()).passages == {}
        assert embedder.asked == (number + 1) * len(LANGUAGES)


@pytest.mark.database
async def test_pages_that_are_refused_end_the_run(library: OpenKnowledge, tmp_path: Path) -> None:
    (tmp_path / "empty.md").write_text("", encoding="utf-8")
    with pytest.raises(OperatorError, match="cannot be taken in"):
        await _taken(library, tmp_path)


@pytest.mark.database
async def test_the_whole_scenario_runs_and_stores_everything_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "_QUICK_SIZES", (40,))

    @asynccontextmanager
    async def opened(url: str) -> AsyncGenerator[OpenKnowledge]:
        database = Database(url, connections=2)
        await database.open()
        yield assemble_knowledge(
            KnowledgeSettings(), database=database, embedder=LetterEmbedder(), fallback="en"
        )
        await database.close()

    unused: Any = None
    around = Surroundings(opened, unused, Path("/nowhere"), Path("/nowhere"))
    told = Quiet()
    done = (await measure([Knowledge()], given(surroundings=around, quick=True, runs=2), told))[0]
    assert done.failed is None
    assert [(case, side, number) for case, side, number in told.heard if case == "storing"] == [
        ("storing", "40 passages", 0)
    ]
    assert {number for case, _, number in told.heard if case == "search"} == {-1, 0, 1}
    assert done.facts["dragoman"]["embedder"] == "letters"
    memory = done.measured[1].taken["40 passages"][0].outcome.figures["memory"]
    assert memory > 1e6


def test_the_aims_speak_of_what_is_measured() -> None:
    bounds = {(aim.case, aim.measure, aim.side): aim for aim in Knowledge().aims}
    assert bounds["search", "search_p95", named(100_000)].at_most == 0.015
    assert bounds["taking_in", "passages", "dragoman"].at_least == 40
    assert 100_000 in knowledge._SIZES
    assert "passages_by_stored" in SERIES
