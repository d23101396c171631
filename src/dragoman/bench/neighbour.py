"""Scenario 6: the loads of scenario 1, in turns alone and beside another process that is busy on one core."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from dragoman.bench import ours
from dragoman.bench.base import Aim, Given, Measuring, Outcome, Stage, Turn
from dragoman.bench.engine import Work, cases, measuring, works
from dragoman.bench.subject import end

QUIET, BUSY = "alone", "beside a busy process"
_LEAST = 0.45


class Neighbour:
    """See `Scenario`."""

    name = "neighbour"
    title = "The engine beside another process that is busy on one core"
    aims: Sequence[Aim] = tuple(
        Aim(case, measure, BUSY, against=QUIET, at_least=_LEAST)
        for case, measure in (("prefill", "prefill"), ("stream", "decode"), ("chats_8", "generated"))
    )

    @asynccontextmanager
    async def open(self, given: Given) -> AsyncGenerator[Stage]:
        """See `Scenario.open`."""
        async with ours.engine(given) as subject, ours.client(given, subject) as client:
            facts = {"model": (await client.models())[0]}

            def sides(work: Work) -> dict[str, Measuring]:
                alone = measuring(work, client, subject)
                return {QUIET: apart(QUIET, alone), BUSY: apart(BUSY, beside(alone))}

            loads = cases(works(quick=given.quick), sides, [(BUSY, QUIET)])
            yield Stage(loads, {QUIET: facts, BUSY: facts})


@asynccontextmanager
async def busy_process() -> AsyncGenerator[None]:
    """Keep one core busy; leaving the context ends the process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-S",
        "-c",
        "while True: pass",
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        await end(process)


def beside(measure: Measuring) -> Measuring:
    """Return what measures the same beside a busy process."""

    async def measured(turn: Turn) -> Outcome:
        async with busy_process():
            return await measure(turn)

    return measured


def apart(side: str, measure: Measuring) -> Measuring:
    """Return what measures the same with prompts of this side's own."""

    async def measured(turn: Turn) -> Outcome:
        return await measure(turn.apart(side))

    return measured
