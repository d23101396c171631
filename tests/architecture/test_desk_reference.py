"""What is documented of the desk's interface and what is real cannot drift apart."""

import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from dragoman.answers.counted import RungMetrics
from dragoman.conversation.metrics import TurnMetrics
from dragoman.engines.counted import ModelMetrics
from dragoman.engines.local.metrics import EngineMetrics
from dragoman.engines.local.waiting import Line
from dragoman.engines.pool import Pool
from dragoman.engines.pool_member import Member
from dragoman.nouns import errors
from dragoman.nouns.event import EventKind, Status
from dragoman.nouns.ids import ConversationId, MessageId, TurnId
from dragoman.nouns.language import DecidedBy, LanguageDecision
from dragoman.nouns.message import Reply, Source
from dragoman.nouns.records import reply_record
from dragoman.storage.measures import DatabaseMeasures
from dragoman.storage.pool import Database
from dragoman.testing.fake_nvml import FakeNvml
from dragoman.testing.scripted_engine import ScriptedEngine
from dragoman.watching.gpus import Gpus
from dragoman.watching.metrics import new_registry
from dragoman.web import chat, conversations, health, knowledge
from dragoman.web.errors import EDGE_ERRORS, status_of
from dragoman.web.headers import RequestCounts

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
EDGE_CODES = {code: status for code, (status, _) in EDGE_ERRORS.items()}


def read(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def error_classes() -> dict[str, type[errors.DragomanError]]:
    found = (value for value in vars(errors).values() if isinstance(value, type))
    return {one.code: one for one in found if issubclass(one, errors.DragomanError)}


def documented_codes() -> dict[str, str]:
    return dict(re.findall(r"^\| `([a-z_]+)` \| (\S+) \|", read("errors.md"), flags=re.MULTILINE))


def test_every_error_code_is_documented_and_no_other() -> None:
    assert set(documented_codes()) == set(error_classes()) | set(EDGE_CODES)


@pytest.mark.parametrize("code", sorted(documented_codes()))
def test_an_error_has_the_documented_status(code: str) -> None:
    status = documented_codes()[code]
    if code != errors.OperatorError.code:  # which no caller over HTTP ever gets
        assert int(status) == EDGE_CODES.get(code, status_of(code))


def test_every_endpoint_is_documented() -> None:
    text = read("api.md").replace("…/{id}", "/api/v1/conversations/{conversation_id}")
    routes = [route for room in (chat, conversations, knowledge, health) for route in room.router.routes]
    for route in routes:
        for method in route.methods - {"HEAD"}:
            assert re.search(rf"{method} {re.escape(route.path)}[`?]", text), f"{method} {route.path}"


def test_every_key_of_a_reply_is_documented_and_no_other() -> None:
    decision = LanguageDecision("en", 1.0, DecidedBy.CHOICE, ())
    reply = Reply(MessageId("m"), ConversationId("c"), TurnId("t"), "Yes.", decision, Source.QUOTED, None)
    row = re.search(r"^\| `message\.reply` \| (.*?);", read("events.md"), flags=re.MULTILINE)
    assert row is not None
    assert re.findall(r"`(\w+)`", row[1]) == list(reply_record(reply))


def test_every_kind_of_event_is_documented_and_no_other() -> None:
    written = re.findall(r"^\| `([a-z]+\.[a-z]+|feedback)`", read("events.md"), flags=re.MULTILINE)
    assert set(written) == {kind.value for kind in EventKind}


@pytest.mark.parametrize("values", [Status, DecidedBy, Source])
def test_every_value_of_an_event_is_documented(values: type) -> None:
    assert all(f"`{value}`" in read("events.md") for value in values)


def names(registry: CollectorRegistry) -> set[str]:
    kinds = {"counter": "_total", "gauge": "", "histogram": "", "info": "_info"}
    return {metric.name + kinds[metric.type] for metric in registry.collect()}


def documented_metrics(process: str) -> set[str]:
    """Return the metrics of one process by its heading, those of both included."""
    parts = dict(
        re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", read("metrics.md"), flags=re.MULTILINE | re.DOTALL)
    )
    return set(re.findall(r"^\| `([a-z_]+)`", parts[process] + parts["Both"], flags=re.MULTILINE))


def with_a_card(registry: CollectorRegistry) -> CollectorRegistry:
    """Cards are told of by a machine that has some."""
    registry.register(Gpus(FakeNvml))
    return registry


async def test_every_metric_of_the_desk_is_documented_and_no_other() -> None:
    registry = with_a_card(new_registry())
    TurnMetrics(registry)
    RungMetrics(registry)
    ModelMetrics(registry)
    RequestCounts(lambda *_: None, registry=registry)
    DatabaseMeasures(Database("postgresql://", connections=1), embedder="e", registry=registry)
    Pool([Member(ScriptedEngine(), "a")], registry=registry)
    assert documented_metrics("Desk") == names(registry)


def test_every_metric_of_the_engine_is_documented_and_no_other() -> None:
    metrics = EngineMetrics(Line(running=1, waiting=1), lambda: 0.0, lambda: 0.0)
    assert documented_metrics("Engine") == names(with_a_card(metrics.registry))
