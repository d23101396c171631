"""All scenarios, in the order in which they run."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from dragoman.bench.base import Scenario
from dragoman.bench.day import Day
from dragoman.bench.desk import DeskAlone
from dragoman.bench.engine import Engine
from dragoman.bench.first_word import FirstWord
from dragoman.bench.knowledge import Knowledge
from dragoman.bench.neighbour import Neighbour
from dragoman.bench.peers import Peers
from dragoman.bench.plain import PlainDesign
from dragoman.bench.soak import Soak
from dragoman.nouns.errors import OperatorError

_ALL: Sequence[Scenario] = (
    Engine(),
    Peers(),
    PlainDesign(),
    Day(),
    DeskAlone(),
    Neighbour(),
    Soak(),
    Knowledge(),
    FirstWord(),
)

SCENARIOS: Mapping[str, Scenario] = MappingProxyType({one.name: one for one in _ALL})
"""By name."""


def chosen(names: Sequence[str]) -> list[Scenario]:
    """Return the scenarios of these names, in their own order; all of them for none.

    Raises:
        OperatorError: there is no scenario of a name.
    """
    if unknown := [name for name in names if name not in SCENARIOS]:
        raise OperatorError(f"There is no scenario {unknown[0]!r}: choose of {', '.join(SCENARIOS)}.")
    return [one for name, one in SCENARIOS.items() if not names or name in names]
