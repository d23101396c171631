"""Turns that meet: begun, repeated, superseded and ended at the same moment."""

import asyncio
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry

from dragoman.conversation.metrics import TurnMetrics
from dragoman.conversation.runner import Runner
from dragoman.languages.phrases import Phrases
from dragoman.nouns.errors import EngineInterruptedError, StorageUnavailableError, TurnSupersededError
from dragoman.nouns.event import Event, EventKind
from dragoman.nouns.ids import new_message_id, new_turn_id
from dragoman.nouns.language import DecidedBy, LanguageDecision
from dragoman.nouns.message import CustomerMessage
from dragoman.nouns.progress import Failed, LanguageDecided


def message(client_id=None, hints=()):
    return CustomerMessage(new_message_id(), "conv", new_turn_id(), "hola", client_id, hints=hints)


class Log:
    """Keeps just enough of a log for a runner; `gates` hold a call back after it was done."""

    def __init__(self):
        self.events_ = []
        self.live = None
        self.gates = {}
        self.lost = False

    async def _held(self, name):
        await asyncio.sleep(0)
        if self.lost:
            raise StorageUnavailableError
        if gate := self.gates.get(name):
            await gate.wait()

    def _append(self, kind, turn_id, data):
        event = Event("conv", len(self.events_) + 1, kind, turn_id, datetime.now(UTC), data)
        self.events_.append(event)
        return event

    async def accept(self, message):
        for event in self.events_:
            if message.client_id and event.data.get("client_id") == message.client_id:
                await self._held("accept again")
                return event
        self.live = message.turn_id
        data = {"message_id": message.id, "text": message.text, "client_id": message.client_id}
        event = self._append(EventKind.CUSTOMER_MESSAGE, message.turn_id, data)
        await self._held(f"accept {event.seq}")
        return event

    async def get(self, _id):
        await self._held("get")

    async def events(self, _id, *, after=0):
        await self._held("events")
        return self.events_[after:]

    async def revive(self, _id, turn_id):
        revived = self.live in (None, turn_id)
        self.live = turn_id if revived else self.live
        await self._held("revive")
        return revived

    async def finish(self, turn_id):
        await self._held("finish")
        if self.live != turn_id:
            raise TurnSupersededError
        self.live = None

    async def fail(self, _id, turn_id, *, code, language):
        await self._held("fail")
        if self.live == turn_id:
            self._append(EventKind.TURN_FAILED, turn_id, {"code": code})
            self.live = None


class Line:
    """Decides on Spanish, then waits for `go` and ends as `ends` says, which is asked once a turn."""

    def __init__(self, log):
        self.log = log
        self.go = asyncio.Event()
        self.begun = 0
        self.failures = []

    async def answer(self, message, _conversation):
        self.begun += 1
        yield LanguageDecided(message.id, message.turn_id, LanguageDecision("es", 0.9, DecidedBy.WORDS))
        await self.go.wait()
        if self.failures:
            raise self.failures.pop(0)
        await self.log.finish(message.turn_id)
        yield Failed("done", "", "es")


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def line(log):
    return Line(log)


@pytest.fixture
def phrases():
    return Phrases.load()


@pytest.fixture
def runner(log, line, phrases):
    metrics = TurnMetrics(CollectorRegistry())
    return Runner(line=line, conversations=log, phrases=phrases, fallback="en", metrics=metrics)


async def ask(runner, message):
    return [step async for step in await runner.accept(message)][-1]


async def hear(progress):
    async with asyncio.timeout(10):
        return [step async for step in progress][-1]


async def settled():
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_turn_that_is_ended_before_its_first_step_still_tells_its_end(runner):
    progress = await runner.accept(message())
    assert runner.stop("conv")
    assert (await hear(progress)).code == "turn_stopped"


async def test_the_message_stored_last_is_answered_whichever_is_begun_first(runner, log, line):
    log.gates["accept 1"] = asyncio.Event()
    older = asyncio.create_task(ask(runner, message()))
    await settled()
    newer = asyncio.create_task(ask(runner, message()))
    await settled()
    log.gates["accept 1"].set()
    await settled()
    line.go.set()
    assert (await newer).code == "done"
    assert (await older).code == "turn_superseded"


async def test_a_failed_message_repeated_twice_at_once_is_answered_once(runner, log, line):
    line.failures = [EngineInterruptedError()]
    line.go.set()
    assert (await ask(runner, message("same"))).code == "engine_interrupted"
    await settled()
    line.go.clear()
    log.gates["revive"] = asyncio.Event()
    repeats = [asyncio.create_task(ask(runner, message("same"))) for _ in range(2)]
    await settled()
    log.gates["revive"].set()
    await settled()
    line.go.set()
    assert [(await repeat).code for repeat in repeats] == ["done", "done"]
    assert line.begun == 2


async def test_a_message_repeated_while_its_failure_is_being_noted_is_answered_anew(runner, log, line):
    line.failures = [EngineInterruptedError()]
    line.go.set()
    log.gates["fail"] = asyncio.Event()
    assert (await ask(runner, message("same"))).code == "engine_interrupted"
    again = asyncio.create_task(ask(runner, message("same")))
    await settled()
    log.gates["fail"].set()
    assert (await again).code == "done"


async def test_a_failure_is_told_in_the_language_that_is_known_by_then(runner, log, line, phrases):
    log.lost = True
    with pytest.raises(StorageUnavailableError):
        await runner.accept(message())
    log.lost = False
    progress = await runner.accept(message(hints=("fr", "en")))
    log.lost = True
    lost = await hear(progress)
    assert (lost.code, lost.text) == ("storage_unavailable", phrases.text("error.internal", "fr"))
    log.lost = False
    line.failures = [ValueError("a bug")]
    line.go.set()
    broken = await ask(runner, message())
    assert (broken.code, broken.text) == ("internal_error", phrases.text("error.internal", "es"))


async def test_a_repeat_of_a_superseded_message_is_refused_in_the_customers_language(runner, line, phrases):
    older = asyncio.create_task(ask(runner, message("old")))
    await settled()
    newer = asyncio.create_task(ask(runner, message("new")))
    await older
    refused = await ask(runner, message("old", hints=("tr",)))
    assert (refused.code, refused.text) == ("turn_superseded", phrases.text("error.superseded", "tr"))
    line.go.set()
    await newer


async def test_draining_waits_for_turns_that_begin_meanwhile(runner, line):
    first = asyncio.create_task(ask(runner, message()))
    await settled()
    drained = asyncio.create_task(runner.drain(10))
    await settled()
    second = asyncio.create_task(ask(runner, message()))
    await first
    await settled()
    assert not drained.done()
    line.go.set()
    assert (await second).code == "done"
    await drained


async def test_draining_ends_what_takes_too_long(runner):
    asking = asyncio.create_task(ask(runner, message()))
    await settled()
    await runner.drain(0)
    assert (await asking).code == "engine_interrupted"


async def test_a_turn_that_nobody_ever_hears_is_stopped(runner, log):
    runner._linger_seconds = 0.01
    await (await runner.accept(message())).aclose()
    await asyncio.wait_for(asyncio.shield(runner._running["conv"].task), 10)
    assert log.events_[-1].data == {"code": "turn_stopped"}
