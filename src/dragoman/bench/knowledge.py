"""Scenario 8, knowledge: how fast passages are stored and found, from few to very many, and how fast text is taken in.

Each number of passages is a store of its own with a server of its own, filled once and then searched in turns. What is
stored there is made up (`made_up.py`), since 100,000 passages would take an hour to embed; what is taken in is text.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from dragoman.bench import ours
from dragoman.bench.base import Aim, Case, Given, Stage
from dragoman.bench.finding import searching
from dragoman.bench.made_up import LANGUAGES
from dragoman.bench.stores import Store, opened_store, storing
from dragoman.bench.taking_in import taking_in
from dragoman.languages.registry import LANGUAGES as ALL_LANGUAGES
from dragoman.wiring.knowledge import OpenKnowledge

_SIZES, _QUICK_SIZES = (1_000, 10_000, 100_000), (100, 200, 400)
# 100,000 passages take a quarter of an hour on a busy machine.
_LIMIT_SECONDS = 7200.0


def named(passages: int) -> str:
    """Return what the side with so many passages is called."""
    return f"{passages:,} passages"


class Knowledge:
    """See `Scenario`."""

    name = "knowledge"
    title = "Knowledge: taking in and searching"
    aims: Sequence[Aim] = (
        Aim("search", "search_p95", named(100_000), at_most=0.015),
        Aim("taking_in", "passages", ours.NAME, at_least=40),
    )

    @asynccontextmanager
    async def open(self, given: Given) -> AsyncGenerator[Stage]:
        """See `Scenario.open`."""
        async with AsyncExitStack() as stack:
            sizes = _QUICK_SIZES if given.quick else _SIZES
            stores = {size: await stack.enter_async_context(opened_store(named(size))) for size in sizes}
            own = await stack.enter_async_context(opened_store(ours.NAME))
            opened = await stack.enter_async_context(given.surroundings.open_knowledge(own.url))
            made_up = f"made up, in {', '.join(LANGUAGES)}"
            facts = {named(size): {"passages": made_up} for size in sizes}
            text = {"text": f"real, in {len(ALL_LANGUAGES)} languages", "embedder": opened.embedder.name}
            yield Stage(_cases(given, stores, opened), {**facts, ours.NAME: text})


def _cases(given: Given, stores: Mapping[int, Store], opened: OpenKnowledge) -> Sequence[Case]:
    def told(size: int, done: int) -> None:
        given.listener.progress(Knowledge.name, f"storing {named(size)}", done, size)

    storings = {named(size): storing(store, size, partial(told, size)) for size, store in stores.items()}
    searches = {named(size): searching(store) for size, store in stores.items()}
    return (
        Case("storing", "storing passages", storings, most_runs=1, warm_up=False, limit_seconds=_LIMIT_SECONDS),
        Case("search", "searching, beside the embedding", searches),
        Case("taking_in", "taking in text", {ours.NAME: taking_in(opened)}),
    )  # fmt: skip
