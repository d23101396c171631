"""A whole Dragoman in a home that is thrown away afterwards: its own database, engine and desk, on free loopback ports."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dragoman.answers.levels import FOLDER
from dragoman.engines.base import Engine
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import OperatorError
from dragoman.nouns.level import Level
from dragoman.supervisor.child import Child, Facts, Listener, Plan, StartFailedError
from dragoman.supervisor.household import dragoman
from dragoman.wiring.knowledge import OpenKnowledge

_LOOPBACK = "127.0.0.1"
_GRACE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the throw-away home takes over from outside.

    Attributes:
        open_knowledge: opens the knowledge in a database, as the owner's settings have it.
        open_engine: opens the engine behind some addresses, with the keys, models and weights of the owner's settings.
        settings_file: the owner's `dragoman.toml`, copied if it is there.
        models: the owner's folder of weights, used in place.
        engine_urls: OpenAI-compatible servers to use, which `variables` name to the desk; empty: an engine is started for the run.
        model: the model to ask them for.
        variables: further settings as environment variables.
        knowledge: files and folders that the knowledge is read from.
        level: trust the model so far in every language, whatever was measured; None: as customers meet it.
        desk: whether a desk is wanted; other ways of the trade do without.
    """

    open_knowledge: Callable[[str], AbstractAsyncContextManager[OpenKnowledge]]
    open_engine: Callable[[Sequence[str]], Engine]
    settings_file: Path
    models: Path
    engine_urls: Sequence[str] = ()
    model: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    knowledge: Sequence[Path] = ()
    level: Level | None = None
    desk: bool = True


@dataclass(frozen=True, slots=True)
class Running:
    """What runs, and where.

    Attributes:
        model: the weights that answer, as the engine names them; None where an engine of others' was not told.
        knowledge: what the desk knows, opened beside it.
        database: its process.
        desk_url, desk: where the desk is, and its process; None where another way is to be measured.
    """

    desk_url: str | None
    engine_urls: Sequence[str]
    model: str | None
    knowledge: OpenKnowledge
    home: Path
    database: Child
    desk: Child | None


@asynccontextmanager
async def running(given: Surroundings, listener: Listener) -> AsyncGenerator[Running]:
    """Run database, engine and desk on what `given` says; leaving the context stops them and removes the home.

    Raises:
        OperatorError: something did not start, or the knowledge could not be read.
    """
    async with AsyncExitStack() as stack:
        home = Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="dragoman-eval-", ignore_cleanup_errors=True)
            )
        )
        theirs = await _model_at(given) if given.engine_urls else None
        await asyncio.to_thread(_furnish, home, given)
        start = _Starter(home, stack, listener)
        database_url = (await start("database"))["url"]
        database = start.last
        common = {**given.variables, "DRAGOMAN_DATABASE__URL": database_url}
        urls, model = (given.engine_urls, theirs) if given.engine_urls else await _engine(start, common)
        opened = await stack.enter_async_context(given.open_knowledge(database_url))
        await add_knowledge(opened, given.knowledge, listener)
        if not given.desk:
            yield Running(None, urls, model, opened, home, database, None)
            return
        facts = await start("desk", _desk_variables(given, common, urls))
        yield Running(f"http://{_LOOPBACK}:{facts['port']}", urls, model, opened, home, database, start.last)


async def add_knowledge(opened: OpenKnowledge, places: Sequence[Path], listener: Listener) -> None:
    """Have the home know what files and folders say, tables of approved answers among them.

    Raises:
        OperatorError: nothing of a place can be taken in.
    """
    for place in places:
        listener.say("knowledge", f"taking in {place}")
        came = await opened.library.add_path(
            place, told=lambda done, total, label: listener.progress("knowledge", label, done, total)
        )
        for location, reason in came.refused:
            listener.say("knowledge", f"{location} is left out: {reason}")
        if not came.taken:
            raise OperatorError(
                f"Nothing in {place} can be taken in: name a file or a folder with text in it."
            )


class _Starter:
    """Starts one process of the home after the other and sees to it that each is stopped."""

    def __init__(self, home: Path, stack: AsyncExitStack, listener: Listener) -> None:
        self._home = home
        self._stack = stack
        self._listener = listener
        self.last: Child

    async def __call__(self, verb: str, variables: Mapping[str, str] | None = None) -> Facts:
        plan = Plan(
            name=verb,
            command=dragoman(self._home, verb),
            environment=lambda: variables or {},
            grace=_GRACE_SECONDS,
        )
        self.last = Child(plan, self._listener)
        self._stack.push_async_callback(self.last.stop)
        try:
            return await self.last.start()
        except StartFailedError as error:
            raise OperatorError(str(error)) from None


async def _engine(start: _Starter, common: Mapping[str, str]) -> tuple[Sequence[str], str | None]:
    """Start an engine on the owner's weights; return where it is and which model answers."""
    facts = await start(
        "engine", {**common, "DRAGOMAN_ENGINE__HOST": _LOOPBACK, "DRAGOMAN_ENGINE__PORT": "0"}
    )
    return [f"http://{_LOOPBACK}:{facts['port']}/v1"], facts["model"]


async def _model_at(given: Surroundings) -> str | None:
    """Return the model that engines of others' will answer with.

    Raises:
        OperatorError: none of them answers.
    """
    engine = given.open_engine(given.engine_urls)
    try:
        health = await engine.health()
    finally:
        await engine.close()
    if health.ready:
        return given.model or next(iter(health.models), None)
    raise OperatorError(f"No engine answers: {health.detail}. Start it, or name another with --engine.")


def _desk_variables(given: Surroundings, common: Mapping[str, str], urls: Sequence[str]) -> Mapping[str, str]:
    ours = {} if given.engine_urls else {"DRAGOMAN_ENGINE__URLS": ",".join(urls)}
    levels = [f"{code}={given.level}" for code in LANGUAGES] if given.level is not None else []
    return {
        **common,
        **ours,
        **({"DRAGOMAN_ANSWERS__LEVELS": ",".join(levels)} if levels else {}),
        # It knows what it has been given, and nothing else.
        "DRAGOMAN_KNOWLEDGE__DEMONSTRATION": "false",
        "DRAGOMAN_DESK__HOST": _LOOPBACK,
        "DRAGOMAN_DESK__PORT": "0",
    }


def _furnish(home: Path, given: Surroundings) -> None:
    # The database may run under another account, which has to reach its part of the home.
    home.chmod(0o755)
    if given.settings_file.is_file():
        shutil.copyfile(given.settings_file, home / "dragoman.toml")
    if not given.engine_urls:
        _share_models(home, given.models)
    levels = given.settings_file.parent / FOLDER
    if levels.is_dir():
        shutil.copytree(levels, home / FOLDER)


def _share_models(home: Path, models: Path) -> None:
    try:
        models.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(f"The folder of models {models} cannot be used: {error.strerror}.") from None
    (home / "models").symlink_to(models.absolute())
