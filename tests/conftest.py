"""What all tests share: the event loop, and the things built once a session."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
