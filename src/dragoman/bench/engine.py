"""Scenario 1, the engine alone: how fast it reads, writes, and serves many at once.

What is measured stands in `Load`s that other scenarios use too: the same requests against llama-server (`peers.py`),
and beside a busy neighbour (`neighbour.py`).
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from dragoman.bench import figures, ours, prompts
from dragoman.bench.base import Aim, Case, Given, Measuring, Outcome, Stage, Turn
from dragoman.bench.load import Ask, Load, LoadClient, at_once, in_turn
from dragoman.bench.subject import Subject

PREFILL_TOKENS = 500
CHAT_TOKENS = 400
SHARED_TOKENS = 150
"""How many tokens of the 400 are the same in all chats: what a desk tells its model in every turn."""
STREAM_PROMPT_TOKENS = 40


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of load on an engine.

    Attributes:
        asks: the requests of a turn.
        send: how they are sent.
        reckon: what the replies come to.
        most_runs, warm_up: see `Case`.
    """

    name: str
    title: str
    asks: Callable[[Turn], Sequence[Ask]]
    send: Callable[[LoadClient, Sequence[Ask]], Awaitable[Load]]
    reckon: Callable[[Load], Mapping[str, float]]
    most_runs: int | None = None
    warm_up: bool = True


def works(*, quick: bool) -> Sequence[Work]:
    """Return the loads of this scenario; quick ones do as little as shows that they work."""
    few, many = (2, 4) if quick else (8, 32)
    return (
        Work("prefill", f"reading prompts of {PREFILL_TOKENS} tokens", _prefill, in_turn, figures.prefill),
        Work("stream", "one stream", _stream, in_turn, figures.decode),
        _chats(few),
        # On slow servers this takes minutes, and the load before has warmed them up.
        replace(_chats(many), most_runs=3, warm_up=False),
    )


def _prefill(turn: Turn) -> Sequence[Ask]:
    count = 1 if turn.quick else 3
    return [Ask(prompts.chat(PREFILL_TOKENS, turn.seed, number=number), tokens=1) for number in range(count)]


def _stream(turn: Turn) -> Sequence[Ask]:
    count, tokens = (1, 16) if turn.quick else (2, 128)
    return [Ask(prompts.chat(STREAM_PROMPT_TOKENS, turn.seed, number=one), tokens) for one in range(count)]


def _chats(count: int) -> Work:
    def asks(turn: Turn) -> Sequence[Ask]:
        tokens = 8 if turn.quick else 64
        return [
            Ask(prompts.chat(CHAT_TOKENS, turn.seed, shared=SHARED_TOKENS, number=number), tokens)
            for number in range(count)
        ]

    title = f"{count} simultaneous chats of {CHAT_TOKENS} tokens, {SHARED_TOKENS} of them shared"
    return Work(f"chats_{count}", title, asks, at_once, figures.chats)


def measuring(work: Work, client: LoadClient, subject: Subject) -> Measuring:
    """Return what measures a load on a subject."""

    async def measure(turn: Turn) -> Outcome:
        asks = work.asks(turn)
        used = subject.processor_seconds()
        load = await work.send(client, asks)
        found = {**work.reckon(load), **figures.of_subject(subject, used)}
        return Outcome(found, notes=figures.notes(load, asks[0].tokens))

    return measure


def cases(
    works: Sequence[Work],
    sides: Callable[[Work], Mapping[str, Measuring]],
    compare: Sequence[tuple[str, str]] = (),
) -> Sequence[Case]:
    """Return a case for each load; `sides` gives what measures it on each side."""
    return [
        Case(work.name, work.title, sides(work), compare, most_runs=work.most_runs, warm_up=work.warm_up)
        for work in works
    ]


class Engine:
    """See `Scenario`."""

    name = "engine"
    title = "The engine alone"
    aims: Sequence[Aim] = ()

    @asynccontextmanager
    async def open(self, given: Given) -> AsyncGenerator[Stage]:
        """See `Scenario.open`."""
        async with ours.engine(given) as subject, ours.client(given, subject) as client:
            facts = {subject.name: {"model": (await client.models())[0]}}
            loads = works(quick=given.quick)
            yield Stage(cases(loads, lambda work: {subject.name: measuring(work, client, subject)}), facts)
