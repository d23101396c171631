"""A desk in a process of its own, whose engines say what they like: for tests that kill one.

`python -m dragoman.testing.scripted_desk DATABASE_URL ENGINE_URL...`, see `processes.py`.
"""

import asyncio
import sys
from urllib.parse import urlsplit

from dragoman.settings import EngineSettings
from dragoman.testing.processes import told
from dragoman.testing.pytest_desk import serving_desk
from dragoman.wiring import open_engine


async def main(database_url: str, *engine_urls: str) -> None:
    """Serve until killed."""
    engine = open_engine(EngineSettings(), engine_urls)
    async with serving_desk(database_url, engine) as opened:
        port = urlsplit(opened.url).port
        assert port is not None
        told(port)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
