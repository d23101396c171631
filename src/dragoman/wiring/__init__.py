"""The one place that chooses implementations and opens them."""

from dragoman.wiring.desk import assemble, open_desk, run_desk, sampling
from dragoman.wiring.engine import open_engine
from dragoman.wiring.knowledge import OpenKnowledge, open_knowledge
from dragoman.wiring.ladder import build_ladder

__all__ = [
    "OpenKnowledge",
    "assemble",
    "build_ladder",
    "open_desk",
    "open_engine",
    "open_knowledge",
    "run_desk",
    "sampling",
]
