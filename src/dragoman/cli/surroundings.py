"""What a desk in a home that is thrown away takes over from the owner's, for the verbs that measure."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dragoman.evaluation.throwaway import Surroundings
    from dragoman.settings import Settings

# To the knowledge, beside those of the desk that is measured.
_CONNECTIONS = 2


def surroundings(
    settings: "Settings", home: Path, *, variables: Mapping[str, str] | None = None
) -> "Surroundings":
    """Return the owner's engine, weights and settings, without any knowledge yet.

    Args:
        variables: settings that the measurement needs, as environment variables.
    """
    from dragoman.evaluation.throwaway import Surroundings
    from dragoman.settings.loading import FILE_NAME
    from dragoman.wiring.engine import addresses, engine_opener, engine_variables
    from dragoman.wiring.knowledge import OpenKnowledge, open_knowledge

    def opened(database_url: str) -> AbstractAsyncContextManager[OpenKnowledge]:
        return open_knowledge(
            settings.knowledge,
            database_url=database_url,
            fallback=settings.desk.fallback,
            connections=_CONNECTIONS,
        )

    return Surroundings(
        open_knowledge=opened,
        open_engine=engine_opener(settings.engine),
        settings_file=home / FILE_NAME,
        models=home / "models",
        engine_urls=addresses(settings.engine.urls),
        model=settings.engine.model if settings.engine.urls else None,
        variables={**engine_variables(settings.engine), **(variables or {})},
    )
