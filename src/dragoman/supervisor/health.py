"""Asking a process whether it is well."""

from collections.abc import Awaitable, Callable

import httpx

from dragoman.supervisor.child import Facts

# Seconds. A loaded machine may be slow to answer; one that takes longer is not well.
_PATIENCE = 10.0


def answers_at(url: str) -> Callable[[Facts], Awaitable[bool]]:
    """Return a question: does this URL answer, with anything but an error of the server's?"""

    async def answers(_facts: Facts) -> bool:
        # Not through the proxy that the environment may name: this is our own machine.
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
            return (await client.get(url)).status_code < httpx.codes.INTERNAL_SERVER_ERROR

    return answers
