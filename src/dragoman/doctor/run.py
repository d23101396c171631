"""All checks, in the order in which an owner would mend what they find."""

from collections.abc import Iterator
from pathlib import Path

from dragoman.doctor import database, engine, machine, meaning, model, network, program
from dragoman.doctor.base import Case, Check, Finding, fail
from dragoman.doctor.running import find_running
from dragoman.nouns.errors import DragomanError, OperatorError
from dragoman.settings import Settings, load

# The embedder and the engine tell their names, which what comes after them needs.
CHECKS: tuple[Check, ...] = (
    program.python,
    program.packages,
    program.settings,
    machine.home,
    machine.disk,
    machine.memory,
    machine.processors,
    machine.clock,
    machine.gpus,
    network.ports,
    network.exposure,
    model.weights,
    engine.engines,
    model.levels,
    meaning.embedder,
    database.database,
)


def open_case(home: Path, *, full: bool = False) -> Case:
    """Return what is to be examined: a home, with its settings or, where they are wrong, without."""
    wrong: tuple[str, ...] = ()
    try:
        settings = load(home)
    except OperatorError as error:
        settings, wrong = Settings(), tuple(str(error).splitlines())
    return Case(home, settings, wrong, find_running(home, settings), full)


def examine(case: Case, checks: tuple[Check, ...] = CHECKS) -> Iterator[Finding]:
    """Yield what is found, as it is found. A check that breaks is a finding, and the others go on. Blocks."""
    for check in checks:
        try:
            yield from check(case)
        except Exception as error:
            told = str(error) if isinstance(error, DragomanError) else type(error).__name__
            yield fail(check.__name__, f"This check itself broke ({told}): please report it.")
