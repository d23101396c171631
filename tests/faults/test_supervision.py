"""Whatever of a running `serve` is killed, it is back unaided, and nothing acknowledged is lost."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dragoman.engines.models.base import ModelFile

from .serving import NO_ENGINE, Serving, descendants, serving, until


@pytest.fixture(scope="module")
def desk() -> Iterator[Serving]:
    """A `serve` whose engine is elsewhere and down; each test leaves it whole."""
    with serving(**NO_ENGINE) as one:
        yield one


@pytest.mark.database
def test_after_the_desk_is_killed_every_acknowledged_message_is_there(desk: Serving) -> None:
    conversation = desk.begin()
    for message in ("Where is my parcel?", "Number 4711."):
        name, data = list(conversation.events(message))[-1]
        assert (name, data["source"]) == ("done", "declined"), "it works without an engine, and knows nothing"
    before = conversation.log()
    assert [event["data"]["text"] for event in before if event["kind"] == "message.customer"] == [
        "Where is my parcel?",
        "Number 4711.",
    ]
    killed = desk.kill("desk")
    until(lambda: desk.another("desk", killed))
    assert until(conversation.log) == before
    assert '"process": "desk"' in desk.said()
    assert "SIGKILL" in desk.said()


@pytest.mark.database
@pytest.mark.parametrize("what", ["postgres", "database"])
def test_after_the_database_is_killed_the_desk_goes_on(desk: Serving, what: str) -> None:
    conversation = desk.begin()
    list(conversation.events("Hello?"))
    before = conversation.log()
    killed = desk.kill(what)
    until(lambda: desk.another(what, killed))
    assert until(conversation.log) == before
    list(until(desk.begin).events("Still there?"))


@pytest.mark.database
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_processes(number: signal.Signals) -> None:
    with serving(**NO_ENGINE) as one:
        below = descendants(one.process)
        assert len(below) >= 3, "keeper of the database, PostgreSQL, desk"
        one.process.send_signal(number)
        assert one.process.wait(60) == 0
        _, alive = psutil.wait_procs(below, timeout=10)
        assert not alive, [process.cmdline() for process in alive]


@pytest.mark.database
def test_killed_itself_it_takes_all_processes_along() -> None:
    with serving(**NO_ENGINE) as one:
        below = descendants(one.process)
        one.process.kill()
        _, alive = psutil.wait_procs(below, timeout=60)
        assert not alive, [process.cmdline() for process in alive]


# Short sentences, each rendered by itself, so that the engine is at work for a while.
DELIVERY = "# Livraison\n\n## Delivery time\n" + " ".join(
    f"Delivery of a parcel to France takes {days} working days with carrier {name}."
    for days, name in enumerate(("Alpha", "Beta", "Gamma", "Delta"), 3)
)


@pytest.mark.model
@pytest.mark.database
def test_the_engine_killed_in_the_middle_of_a_reply(model_file: ModelFile, tmp_path: Path) -> None:
    (tmp_path / "delivery.md").write_text(DELIVERY, encoding="utf-8")
    settings = {"DRAGOMAN_KNOWLEDGE__FOLDER": str(tmp_path), "DRAGOMAN_ANSWERS__LEVELS": "fr=generate"}
    with serving(models=model_file.path.parent, **settings) as one:
        assert f"Model   {model_file.name}," in one.said()
        assert one.status("/health/ready") == 200
        conversation = one.begin()
        killed = 0
        for name, data in conversation.events("Combien de jours prend la livraison d'un colis en France ?"):
            if name == "passages" and not killed:
                assert data["citations"], "the model is about to write"
                killed = one.kill("engine")
                until(lambda: one.status("/health/ready") == 503, within=2)
        # What the model did not get to say is quoted: the customer has an answer, and in French what frames it.
        assert killed
        assert (name, data["language_code"]) == ("done", "fr")
        assert data["source"] in {"quoted", "generated"}
        assert data["reply"]
        until(lambda: one.another("engine", killed))
        until(lambda: one.status("/health/ready") == 200)
        again = list(conversation.events("Bonjour"))
        assert again[-1][0] == "done", again[-1]
