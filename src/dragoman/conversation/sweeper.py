"""Conversations end after a while without a word, and are erased after their time."""

import asyncio
from datetime import timedelta

from dragoman.nouns.errors import StorageUnavailableError
from dragoman.storage.base import Conversations
from dragoman.watching.logs import logger

EVERY = timedelta(minutes=5)


async def sweep(conversations: Conversations, *, idle: timedelta, keep: timedelta) -> tuple[int, int]:
    """End and erase what is due; return how many of each."""
    ended = await conversations.end_idle(idle)
    erased = await conversations.erase_older_than(keep)
    if ended or erased:
        logger.info("conversations_swept", ended=ended, erased=erased)
    return ended, erased


async def keep_sweeping(
    conversations: Conversations, *, idle: timedelta, keep: timedelta, every: timedelta = EVERY
) -> None:
    """Sweep now and then, until cancelled. Several desks on one database may do so at once."""
    while True:
        try:
            await sweep(conversations, idle=idle, keep=keep)
        except StorageUnavailableError as error:
            logger.warning("sweep_put_off", code=error.code)
        await asyncio.sleep(every.total_seconds())
