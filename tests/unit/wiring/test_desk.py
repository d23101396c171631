"""A desk on a database that nobody has used yet."""

import asyncio
from pathlib import Path
from unittest.mock import Mock

import pytest

from dragoman.settings import Settings
from dragoman.storage import migrate
from dragoman.wiring import open_desk

pytestmark = pytest.mark.database


async def test_desks_make_their_schema_once_each(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each asks once whether the schema is up to date; of several at once, one brings it there."""
    looked, applied = Mock(wraps=migrate._check_server), Mock(wraps=migrate._apply)
    monkeypatch.setattr(migrate, "_check_server", looked)
    monkeypatch.setattr(migrate, "_apply", applied)
    settings = Settings(knowledge={"demonstration": False})
    ready = asyncio.Barrier(2)

    async def open_one(name: str) -> bool:
        home = tmp_path / name
        home.mkdir()
        async with open_desk(
            settings, database_url=empty_database_url, engine_urls=["http://127.0.0.1:9/v1"], home=home
        ) as desk:
            await ready.wait()
            return await desk.conversations.ready()

    async with asyncio.timeout(60):
        assert all(await asyncio.gather(open_one("here"), open_one("there")))
    assert looked.call_count == 2
    assert applied.call_count == len(migrate.known())
