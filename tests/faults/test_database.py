"""The database is killed, hangs, is lost and comes back: what was acknowledged is there, and the desk recovers."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg
import pytest

from dragoman.nouns.errors import OperatorError, StorageUnavailableError
from dragoman.nouns.event import EventKind
from dragoman.nouns.ids import ConversationId
from dragoman.storage.base import Conversations
from dragoman.storage.conversations import open_conversations
from dragoman.storage.embedded import EmbeddedPostgres
from dragoman.testing.conversations_contract import following, kinds, message_to

pytestmark = pytest.mark.database
PATIENCE = 60.0


@pytest.fixture
def home() -> Iterator[Path]:
    with TemporaryDirectory(prefix="dragoman-test-") as folder:
        Path(folder).chmod(0o755)  # as root, the server's account must come through
        yield Path(folder)


@pytest.fixture
def server(home: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
async def conversations(server: EmbeddedPostgres) -> AsyncIterator[Conversations]:
    async with open_conversations(server.start(), connections=4) as opened:
        yield opened


async def until(happens: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            if await happens():
                return
            await asyncio.sleep(0.02)


def kill(server: EmbeddedPostgres) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while server.alive():
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def restart(server: EmbeddedPostgres) -> None:
    await asyncio.to_thread(kill, server)
    await asyncio.to_thread(server.start)


async def append(conversations: Conversations, conversation_id: ConversationId, number: int) -> None:
    """Append as a client would that does not give up; a try that failed may have been written all the same."""
    while True:
        try:
            await conversations.append(conversation_id, EventKind.FEEDBACK, {"number": number})
        except StorageUnavailableError:
            continue
        return


async def test_what_was_acknowledged_outlives_kill_9(
    server: EmbeddedPostgres, conversations: Conversations
) -> None:
    begun = await conversations.begin(channel="chat")
    acknowledged: list[str] = []

    async def write() -> None:
        while True:
            message = message_to(begun.id, client_id=str(len(acknowledged)))
            try:
                event = await conversations.accept(message)
            except StorageUnavailableError:
                return
            acknowledged.append(event.data["client_id"])

    writing = asyncio.create_task(write())

    async def written() -> bool:
        return len(acknowledged) > 50

    await until(written)
    await asyncio.to_thread(kill, server)
    await writing
    await asyncio.to_thread(server.start)
    events = await conversations.events(begun.id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    kept = [event.data["client_id"] for event in events if event.kind is EventKind.CUSTOMER_MESSAGE]
    assert kept[: len(acknowledged)] == acknowledged
    assert len(kept) <= len(acknowledged) + 1  # the one whose acknowledgement was cut off


async def test_calls_after_a_restart_succeed_at_once(
    server: EmbeddedPostgres, conversations: Conversations
) -> None:
    begun = await conversations.begin(channel="chat")
    await asyncio.gather(*(conversations.get(begun.id) for _ in range(20)))  # every connection has been used
    await restart(server)
    for _ in range(10):
        assert (await conversations.get(begun.id)).id == begun.id
    assert await conversations.ready()


async def test_a_follower_misses_nothing(server: EmbeddedPostgres, conversations: Conversations) -> None:
    begun = await conversations.begin(channel="chat")
    async with conversations.follow(begun.id) as events:
        heard: list[int] = []

        async def hear() -> None:
            while not heard or heard[-1] != 29:
                heard.append((await following(events)).data["number"])

        hearing = asyncio.create_task(hear())
        for number in range(30):
            if number in (10, 20):
                await restart(server)
            await append(conversations, begun.id, number)
        await hearing
    assert sorted(set(heard)) == list(range(30))
    assert heard == [event.data["number"] for event in await conversations.events(begun.id)]


async def test_news_that_nobody_sent_is_found(server: EmbeddedPostgres, conversations: Conversations) -> None:
    """A desk that dies between its commit and its notice leaves an event that no notice tells of."""
    begun = await conversations.begin(channel="chat")
    async with conversations.follow(begun.id) as events:
        with psycopg.connect(server.start()) as connection:
            connection.execute("UPDATE conversation SET last_seq = 1")
            connection.execute(
                "INSERT INTO event (conversation_id, seq, kind, at, data) "
                "SELECT id, 1, 'feedback', now(), '{}' FROM conversation"
            )
        assert (await following(events)).seq == 1


async def test_a_stopped_database_is_told_and_comes_back(
    server: EmbeddedPostgres, conversations: Conversations
) -> None:
    begun = await conversations.begin(channel="chat")
    await asyncio.to_thread(server.stop)
    assert not await conversations.ready()
    with pytest.raises(StorageUnavailableError):
        await conversations.get(begun.id)
    await asyncio.to_thread(server.start)
    await until(conversations.ready)
    assert await kinds(conversations, begun.id) == []


async def test_a_hung_database_is_not_ready(server: EmbeddedPostgres, conversations: Conversations) -> None:
    assert await conversations.ready()
    assert server.pid is not None
    processes = [psutil.Process(server.pid), *psutil.Process(server.pid).children()]
    try:
        for process in processes:
            process.suspend()
        began = time.monotonic()
        assert not await conversations.ready()
        assert time.monotonic() - began < 5.0  # a second, and what a busy machine adds
    finally:
        for process in processes:
            process.resume()
    await until(conversations.ready)


async def test_nothing_listens_at_the_address() -> None:
    with pytest.raises(StorageUnavailableError):
        async with open_conversations("postgresql://desk@127.0.0.1:1/desk", connections=1):
            pass


async def test_an_address_that_is_none_is_refused_without_repeating_it() -> None:
    with pytest.raises(OperatorError, match=r"database\.url") as refused:
        async with open_conversations("not an address, but secret", connections=1):
            pass
    assert "secret" not in str(refused.value)


def test_a_server_left_behind_is_taken_over(home: Path, server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    left = server.pid
    server._lock.close()  # what the kernel does when the process that held it is killed
    successor = EmbeddedPostgres(home)
    try:
        url = successor.start()
        assert successor.pid not in (None, left)
        assert not server.alive()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    finally:
        successor.stop()


def test_a_note_of_a_process_that_is_another_by_now(home: Path, server: EmbeddedPostgres) -> None:
    """PostgreSQL alone would refuse: a living process of its own account has its predecessor's number."""
    kill(server)
    note = home / "postgres" / "data" / "postmaster.pid"
    account = note.stat().st_uid if os.geteuid() == 0 else None
    stranger = subprocess.Popen(["sleep", "600"], user=account)
    try:
        note.write_text("\n".join([str(stranger.pid), *note.read_text().splitlines()[1:]]))
        server.start()
        assert server.alive()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
