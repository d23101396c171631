"""Connections to PostgreSQL: shared, replaced when lost, and never waited for without end."""

import asyncio
import select
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from dragoman.nouns.errors import OperatorError, StorageUnavailableError

Row = DictRow
_Connection = psycopg.AsyncConnection[Row]

# Seconds. A restart of the database takes one or two: calls wait through it instead of failing.
_WAIT_SECONDS = 5.0
_READY_SECONDS = 0.9
# A dead network is noticed within half a minute; all of this gives way to what the operator's URL says.
_NETWORK = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
    "application_name": "dragoman",
}
# An acknowledged message is never lost, also where a server of the operator's own is set to be faster than that.
_SESSION = b"""
    SELECT
        set_config('statement_timeout', '15s', false),
        set_config('lock_timeout', '5s', false),
        set_config('timezone', 'UTC', false),
        CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END
"""


class DuplicateRowError(Exception):
    """A row that is to be unique has been put there by somebody else meanwhile."""


@contextmanager
def translated() -> Generator[None]:
    """Turn the driver's errors into ours. Its text names hosts and causes, never a password or a value."""
    try:
        yield
    except errors.UniqueViolation as error:
        raise DuplicateRowError from error
    except (psycopg.OperationalError, psycopg.InterfaceError, errors.ReadOnlySqlTransaction) as error:
        raise StorageUnavailableError(" ".join(str(error).split()) or type(error).__name__) from error


def connection_string(url: str) -> str:
    """Return `url` with the timeouts that it leaves open. Raises `OperatorError` when it cannot be read."""
    try:
        return make_conninfo("", **{**_NETWORK, **conninfo_to_dict(url)})
    except psycopg.ProgrammingError:  # whose text repeats the URL, and so maybe a password
        raise OperatorError(
            "the database's address cannot be read: write database.url as postgresql://user:password@host/name"
        ) from None


class Database:
    """A pool of connections and what is asked through it. Every statement is a transaction of its own.

    Args:
        url: `postgresql://...`; not a pooler that shares connections by transaction, which loses notifications.
        connections: the most that are opened, the one that listens not counted.
    """

    def __init__(self, url: str, *, connections: int) -> None:
        self._conninfo = connection_string(url)
        self._pool: AsyncConnectionPool[_Connection] = AsyncConnectionPool(
            self._conninfo,
            connection_class=_Connection,
            kwargs={"autocommit": True, "row_factory": dict_row},
            configure=_configure,
            min_size=min(2, connections),
            max_size=connections,
            timeout=_WAIT_SECONDS,
            # After this a lost connection is opened again by the next one who asks, not by a clock that backs off.
            reconnect_timeout=_WAIT_SECONDS,
            open=False,
            name="dragoman",
        )
        self._probe: asyncio.Task[bool] | None = None

    async def open(self) -> None:
        """Begin to connect; the first call waits for it."""
        await self._pool.open()

    async def close(self) -> None:
        """Close all connections."""
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.gather(self._probe, return_exceptions=True)
        await self._pool.close()

    async def rows(self, statement: bytes, values: Mapping[str, Any]) -> list[Row]:
        """Run one statement and return its rows.

        Raises:
            StorageUnavailableError: the database cannot be reached, or did not answer in time.
            DuplicateRowError: a unique index refused.
        """
        with translated():
            async with self._connection() as connection:
                cursor = await connection.execute(statement, values)
                return await cursor.fetchall()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator["Transaction"]:
        """Run several statements as one: all of them hold once the context is left, none when it is left by an error.

        Raises:
            StorageUnavailableError: the database cannot be reached, or did not answer in time.
            DuplicateRowError: a unique index refused.
        """
        with translated():
            async with self._connection() as connection, connection.transaction():
                yield Transaction(connection)

    async def notified(self, channel: bytes, *, every: float) -> AsyncGenerator[str | None]:
        """Listen on a connection of its own and yield payloads; None once it listens, then `every` so many seconds.

        Raises:
            StorageUnavailableError: the connection is lost, and with it maybe some payloads.
        """
        with translated():
            async with await _Connection.connect(
                self._conninfo, autocommit=True, row_factory=dict_row
            ) as connection:
                await connection.execute(b"LISTEN " + channel)
                while True:
                    yield None
                    async for notice in connection.notifies(timeout=every):
                        yield notice.payload

    async def ready(self) -> bool:
        """Tell within a second whether the database answers. Never raises.

        One question is under way at a time, and is not called back when it takes longer: a hung server
        would make the calling back hang too.
        """
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._answers())
        await asyncio.wait({self._probe}, timeout=_READY_SECONDS)
        return self._probe.done() and not self._probe.cancelled() and self._probe.result()

    async def _answers(self) -> bool:
        try:
            await self.rows(b"SELECT 1", {})
        except StorageUnavailableError:
            return False
        return True

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[_Connection]:
        """Lend a connection that was alive a moment ago, so that after a restart no call fails for an old one."""
        while _dropped(connection := await self._pool.getconn()):
            await connection.close()
            await self._pool.putconn(connection)  # which opens another
        try:
            yield connection
        finally:
            await self._pool.putconn(connection)


class Transaction:
    """Statements that hold together."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    async def rows(self, statement: bytes, values: Mapping[str, Any]) -> list[Row]:
        """Run one statement and return its rows."""
        cursor = await self._connection.execute(statement, values)
        return await cursor.fetchall()


async def _configure(connection: _Connection) -> None:
    await connection.execute(_SESSION)


def _dropped(connection: _Connection) -> bool:
    """Tell, without asking the server, whether it has hung up: an idle connection has nothing else to read."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    try:
        while poll.poll(0):
            connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return False
