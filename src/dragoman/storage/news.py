"""Who is told when a conversation's log grows: followers at this desk at once, other desks by NOTIFY.

The notice is sent beside the transaction, not in it: PostgreSQL lets transactions that notify commit only one
after the other, each with its flush to disk, which would be the desk's narrowest place. What a desk that died
in between leaves unsaid is found by looking: every desk compares now and then what its followers have seen.
"""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import aclosing, contextmanager, suppress

from dragoman.nouns.errors import StorageUnavailableError
from dragoman.nouns.ids import ConversationId
from dragoman.storage.pool import Database
from dragoman.watching.logs import logger

_CHANNEL = b"dragoman_news"
_LOOK_SECONDS = 3.0
_AGAIN_SECONDS = 0.5
# In the place of a seq: the conversation is no more.
_GONE = 0


class Follower:
    """One who follows a log. `seen` is the last seq it has; `news` is set when there may be more."""

    def __init__(self, seen: int) -> None:
        self.seen = seen
        self.news = asyncio.Event()


class News:
    """The news of all conversations, on one listening connection for the whole desk."""

    def __init__(self, database: Database, statements: Mapping[str, bytes]) -> None:
        self._database = database
        self._statements = statements
        self._followers: dict[ConversationId, set[Follower]] = {}
        self._unsaid: dict[ConversationId, int] = {}
        self._to_say = asyncio.Event()
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    def open(self) -> None:
        """Begin to listen and to tell."""
        self._tasks = (asyncio.create_task(self._listen()), asyncio.create_task(self._speak()))

    async def close(self) -> None:
        """Stop both."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def tell(self, conversation_id: ConversationId, seq: int = _GONE) -> None:
        """Tell that the log now reaches to `seq`, or that the conversation is gone. Costs the caller no waiting."""
        self._wake(conversation_id, seq)
        self._unsaid[conversation_id] = seq
        self._to_say.set()

    @contextmanager
    def follower(self, conversation_id: ConversationId, seen: int) -> Generator[Follower]:
        """Be told of what comes after `seen`, until left."""
        follower = Follower(seen)
        self._followers.setdefault(conversation_id, set()).add(follower)
        try:
            yield follower
        finally:
            others = self._followers[conversation_id]
            others.discard(follower)
            if not others:
                del self._followers[conversation_id]

    def _wake(self, conversation_id: ConversationId, seq: int) -> None:
        for follower in self._followers.get(conversation_id, ()):
            if seq > follower.seen or seq == _GONE:
                follower.news.set()

    async def _speak(self) -> None:
        """Send what is unsaid, whatever has gathered while the last was sent in one statement."""
        while True:
            await self._to_say.wait()
            self._to_say.clear()
            saying, self._unsaid = self._unsaid, {}
            news = [f"{conversation_id} {seq}" for conversation_id, seq in saying.items()]
            try:
                await self._database.rows(self._statements["announce"], {"news": news})
            except StorageUnavailableError:
                self._unsaid = {**saying, **self._unsaid}
                await asyncio.sleep(_AGAIN_SECONDS)
                self._to_say.set()

    async def _listen(self) -> None:
        while True:
            try:
                async with aclosing(self._database.notified(_CHANNEL, every=_LOOK_SECONDS)) as payloads:
                    async for payload in payloads:
                        await self._hear(payload)
            except StorageUnavailableError as error:
                logger.warning("database_listening_lost", reason=str(error))
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _hear(self, payload: str | None) -> None:
        if payload is None:
            await self._look()
            return
        conversation_id, _, seq = payload.partition(" ")
        with suppress(ValueError):  # anyone who may connect may notify
            self._wake(ConversationId(conversation_id), int(seq))

    async def _look(self) -> None:
        """Compare what followers have seen with what there is."""
        if not self._followers:
            return
        followed = list(self._followers)
        rows = await self._database.rows(self._statements["latest"], {"ids": followed})
        latest: dict[str, int] = {row["id"]: row["last_seq"] for row in rows}
        for conversation_id in followed:
            self._wake(conversation_id, latest.get(conversation_id, _GONE))
