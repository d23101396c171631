"""A day whose customers, servers and clocks are scripted."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from dragoman.bench import day, day_customers, day_questions, day_steps
from dragoman.bench.base import Outcome, Turn
from dragoman.bench.day_customers import (
    Begin,
    Came,
    Say,
    come,
    first_p95,
    first_words,
    notes,
    one_by_one,
    shares,
)
from dragoman.bench.day_questions import Customer, Day, Intent, Message, customers, intents
from dragoman.bench.day_steps import Extent, Step, Steps, again, outcome
from dragoman.bench.measures import MEASURES, SERIES
from dragoman.bench.shop import opened_shop
from dragoman.bench.subject import Subject
from dragoman.evaluation.checks import Heard
from dragoman.nouns.errors import OperatorError

from .day_wire import Wire, wired

TURN = Turn(0, 7, quick=False)
HELLO = Intent("small talk", "en", ("hello",))
NOBODY = Subject("nobody", "http://127.0.0.1:9")


@pytest.fixture(scope="module")
def wanted() -> Sequence[Intent]:
    with opened_shop() as shop:
        return intents(shop.withheld)


def visitors(*lengths: int) -> list[Customer]:
    return [Customer([Message("hello", HELLO, again=False)] * length, pause=0.0) for length in lengths]


def replied(first: float, source: str = "curated", reason: str | None = None) -> Heard:
    return Heard("Hi.", source, seconds=first, first_token_seconds=first, reason=reason)


def test_six_messages_in_ten_have_been_said_before(wanted: Sequence[Intent]) -> None:
    shares = [again(customers(wanted, 800, random.Random(seed))) for seed in range(5)]
    assert all(55 < share < 65 for share in shares)


def test_what_is_said_again_means_what_was_said_before(wanted: Sequence[Intent]) -> None:
    said: set[Intent] = set()
    texts: set[str] = set()
    in_other_words = 0
    day = Day(wanted, random.Random(3))
    for _ in range(1000):
        message = day.message()
        assert message.again == (message.intent in said)
        assert message.text in message.intent.wordings
        in_other_words += message.again and message.text not in texts
        said.add(message.intent)
        texts.add(message.text)
    assert 50 < in_other_words < 300


def test_a_few_questions_are_asked_much_and_most_once(wanted: Sequence[Intent]) -> None:
    """Zipf: evenly drawn, a tenth of what is asked would make a tenth of the messages."""
    day = Day(wanted, random.Random(5))
    counted = Counter(day.message().intent for _ in range(2000))
    counts = sorted(counted.values(), reverse=True)
    tenth = len(counts) // 10
    assert sum(counts[:tenth]) > 0.35 * 2000
    assert counts.count(1) > len(counts) / 2


def test_a_day_has_all_kinds_and_all_languages_and_customers_ask_on_in_their_own(
    wanted: Sequence[Intent],
) -> None:
    came = customers(wanted, 600, random.Random(1))
    messages = [message for customer in came for message in customer.messages]
    assert len({message.intent.language for message in messages}) == 29
    kinds = Counter(message.intent.kind for message in messages if not message.again)
    new = kinds.total()
    for kind, share in {"facts": 0.4, "approved": 0.4, "off topic": 0.1, "small talk": 0.1}.items():
        assert abs(kinds[kind] / new - share) < 0.08
    assert all(len({one.intent.language for one in customer.messages}) == 1 for customer in came)
    assert 0.2 < sum(len(customer.messages) == 2 for customer in came) / 600 < 0.4


def test_customers_do_not_use_the_words_that_the_tables_have() -> None:
    with opened_shop() as shop:
        approved = {(one.language, one.text) for one in shop.approved}
        asked = {
            (one.language, text)
            for one in intents(shop.withheld)
            if one.kind == "approved"
            for text in one.wordings
        }
    assert len(asked) > 2000
    assert not asked & approved


def test_the_same_seed_brings_the_same_customers(wanted: Sequence[Intent]) -> None:
    def drawn(seed: int) -> list[str]:
        return [
            one.text for customer in customers(wanted, 50, random.Random(seed)) for one in customer.messages
        ]

    assert drawn(1) == drawn(1) != drawn(2)


def test_once_all_has_been_said_it_is_said_again() -> None:
    day = Day([HELLO], random.Random(0))
    assert [day.message("en").again for _ in range(3)] == [False, True, True]
    with pytest.raises(ValueError, match="speaks de"):
        day.message("de")


async def test_each_customer_has_a_conversation_for_all_of_its_messages() -> None:
    talks: list[list[str]] = []

    def begin() -> Say:
        talk: list[str] = []
        talks.append(talk)

        async def say(text: str) -> Heard:
            talk.append(text)
            return replied(0.1)

        return say

    came = await come(begin, visitors(1, 2, 1), [0.0, 0.0, 0.0])
    assert sorted(map(len, talks)) == [1, 1, 2]
    assert len(came.heard) == 4
    assert len(came.late) == 3
    assert len((await one_by_one(begin, visitors(2, 1))).heard) == 3


async def test_what_the_bench_came_late_counts_as_waiting() -> None:
    """A first message is counted from when it was to be said, a second from when it was."""

    async def say(text: str) -> Heard:
        return replied(0.1)

    came = await come(lambda: say, visitors(2), [-3.0])
    assert came.late[0] >= 3.0
    assert came.heard[0].first_token_seconds == pytest.approx(came.late[0] + 0.1)
    assert came.heard[1].first_token_seconds == 0.1


async def test_whoever_gets_no_reply_has_waited_with_all_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_customers, "PATIENCE_SECONDS", 0.01)

    async def say(text: str) -> Heard:
        await asyncio.Event().wait()
        raise AssertionError

    came = await come(lambda: say, visitors(1), [0.0])
    assert [one.error for one in came.heard] == ["no_reply_in_time"]
    assert first_words(came.heard) == [0.01]
    assert notes(came, "now") == ["now: 1 messages got no reply: no_reply_in_time"]


def test_failures_are_the_slowest_of_all() -> None:
    heard = [*[replied(0.1)] * 9, Heard("", None, seconds=0.01, error="engine_full")]
    assert first_p95(heard) > 2
    assert first_p95([replied(0.1)] * 10) == 0.1


def test_shares_of_the_rungs_tell_small_talk_from_approved_answers() -> None:
    heard = [
        replied(0.1),
        replied(0.1, "curated", "small_talk_thanks"),
        replied(0.1, "quoted"),
        replied(0.1, "declined", "no_passage"),
        Heard("", None, error="gone"),
    ]
    found = shares(heard)
    assert found == {
        "curated": 25, "cache": 0, "quoted": 25, "generated": 0, "declined": 25, "small_talk": 25,
    }  # fmt: skip


def test_a_bench_that_comes_too_late_itself_says_so() -> None:
    assert notes(Came([], [0.01, 0.05], 1.0), "now") == []
    assert notes(Came([], [0.01, 0.4, 0.2], 1.0), "now") == [
        "now: the bench itself was late for 2 of 3 customers, by at most 0.4 s"
    ]


class Queue:
    """One counter at which messages queue, on a clock of its own: so many seconds each."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def come(self, begin: Begin, coming: Sequence[Customer], moments: Sequence[float]) -> Came:
        heard: list[Heard] = []
        free = 0.0
        for moment, customer in zip(moments, coming, strict=True):
            for _ in customer.messages:
                free = max(free, moment) + self.seconds
                heard.append(replied(free - moment, "quoted"))
        return Came(heard, [0.0] * len(coming), free)


@pytest.mark.parametrize(("seconds", "least"), [(0.02, 0.6), (0.1, 0.6), (0.5, 0.25)])
async def test_the_rate_found_is_what_a_server_can_do(
    wanted: Sequence[Intent], monkeypatch: pytest.MonkeyPatch, seconds: float, least: float
) -> None:
    """Where one reply takes a quarter of the bound, a few customers who come together are too many."""
    monkeypatch.setattr(day_steps, "come", Queue(seconds).come)
    mornings: list[int] = []

    async def morning() -> None:
        mornings.append(1)

    extent = Extent(first=60, least=4, most=7680, seconds=25, customers=10)
    steps = Steps(_nobody, morning, wanted, TURN, extent)
    found = await steps.climb()
    able = 60 / (seconds * 1.3)
    assert least * able < found.figures["customers_a_minute"] < 1.3 * able
    assert found.figures["first_p95"] <= 2
    assert found.figures["rung_quoted"] == 100
    assert len(mornings) == len(steps.tried)
    rates = [rate for rate, _ in found.series["first_p95_by_rate"]]
    assert rates == sorted(rates)
    assert max(p95 for _, p95 in found.series["first_p95_by_rate"]) > 2


def test_slow_steps_last_until_enough_customers_have_come() -> None:
    extent = Extent(first=60, least=4, most=7680, seconds=25, customers=10)
    assert extent.of(960) == (400, 25)
    assert extent.of(6) == (10, 100)


def test_where_no_rate_is_held_the_figure_is_none_and_the_lowest_is_shown() -> None:
    tried = [Step(rate, Came([replied(first)], [0.0], 1.0), 60, {}) for rate, first in ((8, 9.0), (4, 5.0))]
    found = outcome(tried, None, most=100)
    assert found.figures["customers_a_minute"] == 0
    assert found.figures["first_p95"] == 5.0
    assert "no rate was held, not even 4 customers a minute" in found.notes
    held = [Step(60, Came([replied(1.0)], [0.0], 1.0), 60, {})]
    assert outcome(held, 60, most=60).notes == [
        "all rates were held; none above 60 customers a minute is tried"
    ]


def test_notes_speak_of_the_rate_that_was_found_and_of_the_next() -> None:
    tried = [Step(rate, Came([replied(rate / 100)], [0.5], 1.0), 60, {}) for rate in (60, 120, 240, 480)]
    assert [note.split(":")[0] for note in outcome(tried, 120, most=480).notes] == [
        "at 120 a minute",
        "at 240 a minute",
    ]


class Usual:
    """A plain design that takes so long for each reply, on a clock of its own."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asked = 0

    async def ask(self, question: str, language: str) -> Heard:
        self.asked += 1
        return replied(self.seconds, "generated")


async def _plain(usual: Usual, wanted: Sequence[Intent], monkeypatch: pytest.MonkeyPatch) -> Outcome:
    async def one_by_one(begin: Begin, coming: Sequence[Customer]) -> Came:
        heard = [await begin()(message.text) for customer in coming for message in customer.messages]
        return Came(heard, (), sum(one.seconds for one in heard))

    monkeypatch.setattr(day, "one_by_one", one_by_one)
    monkeypatch.setattr(day_steps, "come", Queue(usual.seconds).come)
    return await day.of_plain(usual, wanted, NOBODY)(TURN)  # type: ignore[arg-type]


async def test_a_plain_design_that_is_too_slow_alone_is_counted_by_what_it_gets_through(
    wanted: Sequence[Intent], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Usual(6.0)
    found = await _plain(usual, wanted, monkeypatch)
    assert found.figures["customers_a_minute"] == pytest.approx(60 * 12 / (6 * usual.asked))
    assert found.figures["first_p95"] == 6.0
    assert "memory" not in found.figures
    assert any(note.startswith("no rate is held: of customers who come one by one") for note in found.notes)


async def test_a_plain_design_that_is_quick_enough_alone_is_measured_at_rising_rates(
    wanted: Sequence[Intent], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await _plain(Usual(0.5), wanted, monkeypatch)
    assert 0.25 * 92 < found.figures["customers_a_minute"] < 1.3 * 92
    assert found.figures["first_p95"] <= 2


def _nobody() -> Say:
    raise AssertionError("the clock is scripted")


async def test_every_morning_a_page_has_changed(tmp_path: Path) -> None:
    wire = Wire()
    async with wired(wire, [HELLO], tmp_path) as desk:
        await desk.morning()
        await desk.morning()
        assert len(set(wire.pages)) == 2
        wire.broken = True
        with pytest.raises(OperatorError, match="does not answer"):
            await desk.morning()


async def test_a_day_at_a_desk_has_names_for_all_that_it_measures(
    wanted: Sequence[Intent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_questions, "_PAUSE_SECONDS", (0.0, 0.0))
    monkeypatch.setattr(
        day, "_QUICK_DESK", Extent(first=6000, least=1, most=12000, seconds=0.05, customers=4)
    )
    wire = Wire()
    async with wired(wire, wanted, tmp_path) as desk:
        found = await day.of_desk(desk)(Turn(0, 7, quick=True))
    assert found.figures["customers_a_minute"] == 12000
    assert found.figures["memory"] > 1e6
    assert found.figures["processor_desk"] >= 0
    assert found.figures["rung_quoted"] == 100
    assert not found.figures.keys() - MEASURES
    assert not found.series.keys() - SERIES
    # A conversation for each morning and for each of 5 and 10 customers.
    assert len(wire.said) == 2 + 5 + 10
