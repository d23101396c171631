"""What all tests share: the event loop, and the things built once a session."""

import pytest
from hypothesis import settings

# The same examples in every run, so that what passed here passes elsewhere. `--hypothesis-profile=default` looks for
# new ones.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

pytest_plugins = (
    "dragoman.testing.pytest_database",
    "dragoman.testing.pytest_desk",
    "dragoman.testing.pytest_engine",
    "dragoman.testing.pytest_knowledge",
    "dragoman.testing.pytest_model",
    "dragoman.testing.pytest_nginx",
    "dragoman.testing.pytest_browser",
)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
