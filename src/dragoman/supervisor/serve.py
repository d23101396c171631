"""`dragoman serve`: everything a home needs, up until told to stop."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from dragoman.nouns.errors import OperatorError
from dragoman.settings import Settings, load
from dragoman.settings.loading import variable
from dragoman.supervisor.child import Facts, StartFailedError
from dragoman.supervisor.display import Display, open_display
from dragoman.supervisor.home import held
from dragoman.supervisor.household import Household
from dragoman.supervisor.ports import free_port


def serve(home: Path, options: Mapping[str, object]) -> None:
    """Run database, engine and desk until SIGTERM, SIGHUP or Ctrl-C; a second one hastens the end.

    Args:
        home: the folder in which everything that must last is kept; made if it is not there.
        options: settings from the command line by `section.name`.

    Raises:
        OperatorError: a setting is wrong, a port or the home is taken, or something did not start.
    """
    settings = _with_ports(load(home, options))
    readable = _readable_logs(settings.log.format)
    environment = {variable(key): str(value) for key, value in options.items() if value is not None}
    environment[variable("log.format")] = "text" if readable else "json"
    with held(home):
        display = open_display(readable_logs=readable)
        try:
            asyncio.run(_supervise(settings, home, display, environment))
        finally:
            display.close()


def _with_ports(settings: Settings) -> Settings:
    """Return the settings with ports that can be had; a 0 is settled here, so that restarts keep the port."""
    desk = free_port(settings.desk.host, settings.desk.port, of="desk", option="--port", setting="desk.port")
    updated = settings.model_copy(update={"desk": settings.desk.model_copy(update={"port": desk})})
    if settings.engine.urls:
        return updated
    engine = settings.engine
    port = free_port(engine.host, engine.port, of="engine", option="--engine-port", setting="engine.port")
    if port == desk:
        raise OperatorError(
            f"Desk and engine cannot both have port {port}: choose another with --engine-port."
        )
    return updated.model_copy(update={"engine": engine.model_copy(update={"port": port})})


def _readable_logs(form: Literal["auto", "text", "json"]) -> bool:
    return form == "text" or (form == "auto" and sys.stderr.isatty())


async def _supervise(
    settings: Settings, home: Path, display: Display, environment: Mapping[str, str]
) -> None:
    household = Household(settings, home, display, environment=environment)
    told_to_stop = _hear_signals(household, display, drain_seconds=settings.desk.drain_seconds)
    work = asyncio.create_task(_start_and_keep(household, settings, home, display))
    waiting = asyncio.create_task(told_to_stop.wait())
    try:
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        if not work.done():
            work.cancel()
        with suppress(asyncio.CancelledError, StartFailedError):
            await work
        await household.stop()
    if not told_to_stop.is_set():
        _raise_why(work)


def _raise_why(work: "asyncio.Task[None]") -> None:
    """Tell the operator why the first start failed."""
    error = work.exception()
    if isinstance(error, StartFailedError):
        raise OperatorError(str(error)) from None
    if error is not None:
        raise error


async def _start_and_keep(household: Household, settings: Settings, home: Path, display: Display) -> None:
    engine = await household.start()
    display.box("Dragoman is ready", _rows(household, settings, home, engine))
    await household.keep()


def _rows(household: Household, settings: Settings, home: Path, engine: Facts) -> Mapping[str, str]:
    rows = {"Page": household.page}
    if engine:
        rows["Model"] = engine["description"]
    else:
        rows["Model"] = settings.engine.model or "the first one that the engine lists"
    rows["Engine"] = ", ".join(url if isinstance(url, str) else url.url for url in household.engine_urls)
    rows["Home"] = str(home)
    rows["Stop"] = "Ctrl-C" if sys.stdin.isatty() else "SIGTERM to this process"
    return rows


def _hear_signals(household: Household, display: Display, *, drain_seconds: float) -> asyncio.Event:
    """Return an event that is set at the first signal to stop; the second hastens."""
    told = asyncio.Event()

    def hear() -> None:
        if told.is_set():
            display.say("serve", "stopping at once.")
            household.hasten()
            return
        display.say(
            "serve",
            f"stopping; replies under way have {drain_seconds:g} s. Once more (Ctrl-C) stops at once.",
        )
        told.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Under nohup SIGHUP comes ignored, and that is what the operator wants.
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, hear)
    return told
