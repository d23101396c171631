"""Our engine as a subject."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import MappingProxyType

from dragoman.bench.base import Given
from dragoman.bench.load import LoadClient
from dragoman.bench.subject import LOOPBACK, Starting, Subject, started

NAME = "dragoman"

# Whatever the owner's settings say of the address, it is on a free port of the loopback, without a key.
_VARIABLES = MappingProxyType(
    {"DRAGOMAN_ENGINE__HOST": LOOPBACK, "DRAGOMAN_ENGINE__API_KEY": "", "DRAGOMAN_LOG__LEVEL": "error"}
)


@asynccontextmanager
async def engine(given: Given) -> AsyncGenerator[Subject]:
    """Run our engine from the owner's home, as its settings have it, or take the one that `--engine` names.

    Raises:
        OperatorError: it does not start, or nothing answers at that URL.
    """
    if given.engine_url is not None:
        subject = Subject(NAME, given.engine_url)
        async with client(given, subject) as asking:
            await asking.models()
        yield subject
        return
    command = (sys.executable, "-m", "dragoman", "--home", str(given.home), "engine", "--port", "{port}")
    async with started(
        Starting(NAME, command, ready="/health", base="/v1", environment=_VARIABLES), given.listener
    ) as subject:
        yield subject


def client(given: Given, subject: Subject) -> LoadClient:
    """Return customers of our engine."""
    named = subject.url == given.engine_url
    return LoadClient(subject.url, api_key=given.engine_key if named else None, elsewhere=named)
