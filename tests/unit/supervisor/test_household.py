import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dragoman.settings import Settings, load
from dragoman.supervisor.child import StartFailedError
from dragoman.supervisor.household import Household

from .conftest import HEAD, Heard

# Notes its start and its stop in a file that all three share, and tells what its kind tells.
PROGRAM = """
import json
home, verb = sys.argv[1:]
def note(what, **more):
    with open(f"{home}/story", "a") as story:
        story.write(json.dumps({"verb": verb, "what": what, **more}) + "\\n")
def stop(*_):
    note("stop")
    if os.path.exists(f"{home}/{verb}-drains"):
        time.sleep(600)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
if os.path.exists(f"{home}/{verb}-fails"):
    line.failed(f"the {verb} cannot")
    sys.exit(2)
given = {name: value for name, value in os.environ.items() if name.startswith("DRAGOMAN_")}
note("start", given=given)
starts = sum(1 for l in open(f"{home}/story") if json.loads(l)["verb"] == verb)
line.ready(url=f"postgresql://{starts}", description="scripted")
while True:
    time.sleep(0.02)
    if os.path.exists(f"{home}/{verb}-dies"):
        os.remove(f"{home}/{verb}-dies")
        os._exit(3)
"""


def tiny(home: Path, verb: str) -> Sequence[str]:
    return (sys.executable, "-c", HEAD + PROGRAM, str(home), verb)


def story(home: Path) -> list[tuple[str, str]]:
    return [(line["verb"], line["what"]) for line in lines(home)]


def lines(home: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (home / "story").read_text().splitlines()]


def closed_port() -> int:
    """Return a port on which nothing listens: health checks fail at once, and rarely enough to matter here."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(home: Path, **more: object) -> Settings:
    ports = {"desk.port": closed_port(), "engine.port": closed_port()}
    return load(home, {**ports, **more}, environment={})


@asynccontextmanager
async def household(home: Path, heard: Heard, **more: object) -> AsyncIterator[Household]:
    one = Household(
        settings(home, **more), home, heard, environment={"DRAGOMAN_LOG__LEVEL": "error"}, command=tiny
    )
    try:
        yield one
    finally:
        await one.stop()


async def test_started_in_order_and_stopped_in_reverse(tmp_path: Path, heard: Heard) -> None:
    async with household(tmp_path, heard) as one:
        told = await one.start()
        assert told["description"] == "scripted"
    told_story = story(tmp_path)
    assert told_story[0] == ("database", "start")
    assert set(told_story[1:3]) == {("engine", "start"), ("desk", "start")}
    assert told_story[3:] == [("desk", "stop"), ("engine", "stop"), ("database", "stop")]


async def test_the_desk_is_told_where_database_and_engine_are(tmp_path: Path, heard: Heard) -> None:
    async with household(tmp_path, heard) as one:
        await one.start()
        urls = one.engine_urls
    given = next(line["given"] for line in lines(tmp_path) if line["verb"] == "desk")
    assert isinstance(given, dict)
    assert given["DRAGOMAN_DATABASE__URL"] == "postgresql://1"
    assert given["DRAGOMAN_ENGINE__URLS"] == urls[0]
    assert given["DRAGOMAN_LOG__LEVEL"] == "error"


async def test_what_others_run_is_not_started(tmp_path: Path, heard: Heard) -> None:
    others = {"database.url": "postgresql://db.example/x", "engine.urls": ["http://gpu/v1", "http://gpu2/v1"]}
    async with household(tmp_path, heard, **others) as one:
        assert await one.start() == {}
    assert story(tmp_path) == [("desk", "start"), ("desk", "stop")]
    given = lines(tmp_path)[0]["given"]
    assert isinstance(given, dict)
    assert given["DRAGOMAN_ENGINE__URLS"] == "http://gpu/v1,http://gpu2/v1"


@pytest.mark.parametrize("verb", ["database", "engine", "desk"])
async def test_a_first_start_that_fails_says_why(tmp_path: Path, heard: Heard, verb: str) -> None:
    (tmp_path / f"{verb}-fails").touch()
    async with household(tmp_path, heard) as one:
        with pytest.raises(StartFailedError, match=f"the {verb} cannot"):
            await one.start()


async def test_what_dies_comes_back(tmp_path: Path, heard: Heard) -> None:
    async with household(tmp_path, heard) as one:
        await one.start()
        keeping = asyncio.create_task(one.keep())
        (tmp_path / "engine-dies").touch()
        await until(lambda: heard.returns == ["engine"])
        keeping.cancel()
    assert heard.ends == [("engine", "exit status 3", 0.5)]


async def test_a_database_that_comes_back_elsewhere_takes_the_desk_along(
    tmp_path: Path, heard: Heard
) -> None:
    async with household(tmp_path, heard) as one:
        await one.start()
        keeping = asyncio.create_task(one.keep())
        (tmp_path / "database-dies").touch()
        await until(lambda: "desk" in heard.returns)
        keeping.cancel()
    given = [line["given"] for line in lines(tmp_path) if (line["verb"], line["what"]) == ("desk", "start")]
    assert [urls["DRAGOMAN_DATABASE__URL"] for urls in given if isinstance(urls, dict)] == [
        "postgresql://1",
        "postgresql://2",
    ]


async def test_whoever_cannot_wait_need_not(tmp_path: Path, heard: Heard) -> None:
    (tmp_path / "desk-drains").touch()
    async with household(tmp_path, heard) as one:
        await one.start()
        stopping = asyncio.create_task(one.stop())
        await until(lambda: ("desk", "stop") in story(tmp_path))
        assert not stopping.done()
        one.hasten()
        async with asyncio.timeout(20):
            await stopping
    assert ("database", "stop") in story(tmp_path), "the database still stops in good order"


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)
