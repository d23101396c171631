"""A whole evaluation: a throw-away home, the questions in their phases, and what came of them."""

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from dragoman.evaluation.checks import Heard, Judged, finished
from dragoman.evaluation.knowledge import Known, read_known
from dragoman.evaluation.questions import OUTSIDE, Question
from dragoman.evaluation.running import Asking, Strategy, ask_all, asker, ensure_alive
from dragoman.evaluation.searching import Find, place_of
from dragoman.evaluation.suite_checks import detected, searched
from dragoman.evaluation.suites import demonstration, hostile_pages, matching_table
from dragoman.evaluation.throwaway import Running, Surroundings, add_knowledge, running
from dragoman.languages.detect import Detector
from dragoman.nouns.curated import EntryId
from dragoman.supervisor.child import Listener

# What is taken in step by step, since it would change what is asked before: answers that only the matching suite is
# about, which go again, the shop's approved answers, and pages that try to instruct the model.
_PHASES = (
    frozenset({OUTSIDE, "retrieval", "language", "facts", "declining", "cache"}),
    frozenset({"matching"}),
    frozenset({"curated"}),
    frozenset({"injections"}),
)
TABLES = "curated"
"""The folder of approved answers in the knowledge of the demonstration shop."""

WAYS: Mapping[Strategy, frozenset[str]] = MappingProxyType(
    {
        "desk": frozenset({OUTSIDE, "detection"}.union(*_PHASES)),
        "plain": frozenset({OUTSIDE, "language", "facts", "declining", "injections"}),
        "translate": frozenset({OUTSIDE, "language", "facts", "declining", "injections"}),
    }
)
"""The suites that each strategy can be asked: the others are about parts that only the desk has."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be measured.

    Attributes:
        surroundings: the engine and the settings; its knowledge is that of an outside suite.
        questions: all of them; those of our own suites are asked on the demonstration shop.
        at_once: how many are under way at a time.
    """

    surroundings: Surroundings
    questions: Sequence[Question]
    strategy: Strategy
    at_once: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `seconds` is how long the questions took all together, the start left out."""

    judged: Sequence[Judged]
    model: str | None
    seconds: float


async def evaluate(order: Order, listener: Listener, told: Callable[[Judged], None]) -> Outcome:
    """Run an evaluation; `told` hears of each question that has been judged.

    Raises:
        OperatorError: something did not start, the knowledge cannot be read, or the desk ended in the middle.
    """
    began = time.monotonic()
    alone = _by_detector([one for one in order.questions if one.suite == "detection"], told)
    asked = [one for one in order.questions if one.suite != "detection"]
    if not asked:
        return Outcome(alone, None, time.monotonic() - began)
    async with AsyncExitStack() as stack:
        surroundings, places = _knowledge(order, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        runs = await stack.enter_async_context(running(surroundings, listener))
        way, find = await stack.enter_async_context(asker(runs, order.strategy, surroundings.open_engine))
        began = time.monotonic()
        judged: list[Judged] = []
        for phase in _PHASES:
            some = [one for one in asked if one.suite in phase]
            asking = Asking(way, _known(phase, places, some), find, order.at_once, told)
            if some and "matching" in phase:
                judged += await _matched(some, runs, listener, asking)
            elif some:
                await _prepare(phase, runs, listener)
                judged += await _phase(some, asking)
            ensure_alive(runs)
        return Outcome([*alone, *judged], runs.model, time.monotonic() - began)


def _knowledge(order: Order, folder: Path) -> tuple[Surroundings, Sequence[Path]]:
    """Return what to take in at first, and where what the judge knows stands."""
    places = order.surroundings.knowledge
    if places:
        return order.surroundings, places
    shop = demonstration()
    # Approved answers come later, so that the desk is measured without them first.
    shutil.copytree(shop, folder / "shop", ignore=shutil.ignore_patterns(TABLES))
    folder.chmod(0o755)
    return replace(order.surroundings, knowledge=[folder / "shop"]), [shop]


def _known(phase: frozenset[str], places: Sequence[Path], questions: Sequence[Question]) -> Known:
    if "injections" not in phase:
        return read_known(places)
    # What hostile pages say besides is known like anything else.
    forbidden = {one for question in questions for one in question.must_not_contain}
    return read_known([*places, hostile_pages()], without=forbidden)


async def _prepare(phase: frozenset[str], runs: Running, listener: Listener) -> None:
    """Take in what a phase is about."""
    if "curated" in phase:
        await add_knowledge(runs.knowledge, [demonstration() / TABLES], listener)
    elif "injections" in phase:
        await add_knowledge(runs.knowledge, [hostile_pages()], listener)


async def _matched(
    questions: Sequence[Question], runs: Running, listener: Listener, asking: Asking
) -> list[Judged]:
    """Ask language by language, with the answers of one alone: an owner has one entry for what 29 customers ask."""
    judged: list[Judged] = []
    for language in dict.fromkeys(one.language for one in questions):
        pairs = [one for one in questions if one.language == language]
        table = runs.home / "matching.csv"
        table.write_text(matching_table(pairs), encoding="utf-8")
        await add_knowledge(runs.knowledge, [table], listener)
        judged += await ask_all(pairs, asking)
        await runs.knowledge.curated.remove([EntryId(one.id) for one in pairs])
    return judged


async def _phase(questions: Sequence[Question], asking: Asking) -> list[Judged]:
    search = [one for one in questions if one.suite == "retrieval"]
    found = [await _by_search(one, asking.find, asking.told) for one in search] if asking.find else []
    return [*found, *await ask_all([one for one in questions if one.suite != "retrieval"], asking)]


def _by_detector(questions: Sequence[Question], told: Callable[[Judged], None]) -> list[Judged]:
    detector = Detector(fallback="en")
    judged = [detected(_unheard(one), detector) for one in questions]
    for one in judged:
        told(one)
    return judged


async def _by_search(question: Question, find: Find, told: Callable[[Judged], None]) -> Judged:
    began = time.monotonic()
    found = await find(question.question, question.language)
    heard = Heard("", None, seconds=time.monotonic() - began)
    judged = searched(replace(_unheard(question), heard=heard), place_of(question.entry or "", found))
    told(judged)
    return judged


def _unheard(question: Question) -> Judged:
    return finished(question, Heard("", None), None, {}, [])
