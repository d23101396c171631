"""The processes of one home: which there are, in which order they start, what each is told of the others."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from signal import Signals

from dragoman.settings import EngineServer, Settings
from dragoman.settings.loading import as_variable
from dragoman.supervisor.child import Child, Facts, Plan
from dragoman.supervisor.display import Display
from dragoman.supervisor.health import answers_at
from dragoman.supervisor.keeper import keep
from dragoman.supervisor.ports import reachable

# Seconds beyond what the desk gives its streams; then it is killed.
_DESK_GRACE = 5.0
# PostgreSQL ends within a moment, but may have much to write out; its own stop grows less polite after ten seconds.
_DATABASE_GRACE = 25.0


def dragoman(home: Path, verb: str) -> Sequence[str]:
    """Return the command that runs a process of this home."""
    return (sys.executable, "-m", "dragoman", "--home", str(home), verb, "--supervised")


class Household:
    """Database, engine and desk; without the first two where the settings name others' instead."""

    def __init__(
        self,
        settings: Settings,
        home: Path,
        display: Display,
        *,
        environment: Mapping[str, str],
        command: Callable[[Path, str], Sequence[str]] = dragoman,
    ) -> None:
        """`environment` holds what the command line says, as variables; `command` gives the program of a verb."""
        self._settings = settings
        self._home = home
        self._display = display
        self._environment = environment
        self._command = command
        self._database_url = settings.database.url.get_secret_value() if settings.database.url else None
        self._database = None if self._database_url else self._child("database", grace=_DATABASE_GRACE)
        self._engine = None if settings.engine.urls else self._engine_child()
        self._desk = self._desk_child()

    @property
    def page(self) -> str:
        """The URL of the chat page."""
        return f"{reachable(self._settings.desk.host, self._settings.desk.port)}/"

    @property
    def engine_urls(self) -> Sequence[str | EngineServer]:
        """Where the desk finds its engines."""
        return self._settings.engine.urls or (f"{self._engine_base()}/v1",)

    async def start(self) -> Facts:
        """Start all in order; return what the local engine told, or nothing where there is none.

        The desk works without a model, so it does not wait for the engine to load.

        Raises:
            StartFailedError: one of them did not start; those that did still run.
        """
        if self._database is not None:
            self._database_url = (await self._database.start())["url"]
        told, _ = await asyncio.gather(
            self._engine.start() if self._engine else _nothing(),
            self._desk.start(),
        )
        return told

    async def keep(self) -> None:
        """Keep up what was started, until cancelled."""
        kept = [keep(child, self._display) for child in (self._engine, self._desk) if child]
        if self._database is not None:
            kept.append(keep(self._database, self._display, on_back=self._database_back))
        await asyncio.gather(*kept)

    async def stop(self) -> None:
        """Stop all in reverse order."""
        for child in (self._desk, self._engine, self._database):
            if child is not None:
                await child.stop()

    def hasten(self) -> None:
        """Stop without waiting for replies."""
        for child in (self._desk, self._engine, self._database):
            if child is not None:
                child.hasten()

    def _database_back(self, told: Facts) -> None:
        """A desk reconnects by itself, unless the database came back under another address."""
        if told["url"] != self._database_url:
            self._database_url = told["url"]
            self._desk.end()

    def _engine_base(self) -> str:
        return reachable(self._settings.engine.host, self._settings.engine.port)

    def _engine_child(self) -> Child:
        return self._child("engine", health=f"{self._engine_base()}/health")

    def _desk_child(self) -> Child:
        grace = self._settings.desk.drain_seconds + _DESK_GRACE
        return self._child("desk", grace=grace, health=f"{self.page}health/live")

    def _child(self, verb: str, *, grace: float = 10.0, health: str | None = None) -> Child:
        plan = Plan(
            name=verb,
            command=self._command(self._home, verb),
            environment=self._variables,
            grace=grace,
            healthy=answers_at(health) if health else None,
            # A database keeper that is killed leaves its server behind.
            hurry=Signals.SIGTERM if verb == "database" else Signals.SIGKILL,
        )
        return Child(plan, self._display)

    def _variables(self) -> Mapping[str, str]:
        """Return what the processes are told through the environment, where no other user can read it."""
        variables = {
            **self._environment,
            "DRAGOMAN_DESK__PORT": str(self._settings.desk.port),
            "DRAGOMAN_ENGINE__PORT": str(self._settings.engine.port),
            "DRAGOMAN_ENGINE__URLS": as_variable(self.engine_urls),
        }
        if self._database_url:
            variables["DRAGOMAN_DATABASE__URL"] = self._database_url
        return variables


async def _nothing() -> Facts:
    return {}
