"""Which model answers, as far as the desk knows: asked for seldom, since it seldom changes."""

import time

from dragoman.engines.base import Engine

_SECONDS = 30.0


class ModelName:
    """Remembers the name of the model behind an engine.

    Args:
        engine: asked for its health, which names its models.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._name: str | None = None
        self._until = 0.0

    async def current(self) -> str | None:
        """Return the name, or None where no engine has answered yet. Asks again after half a minute."""
        if time.monotonic() >= self._until:
            self._until = time.monotonic() + _SECONDS
            health = await self._engine.health()
            # An engine that is away comes back as the same one oftener than as another.
            self._name = next(iter(health.models), self._name)
        return self._name
