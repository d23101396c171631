"""`dragoman bench`."""

import asyncio
import json
import secrets
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dragoman.cli.invocation import Invocation, invocation
from dragoman.nouns.errors import OperatorError

if TYPE_CHECKING:
    from dragoman.bench.base import Given, Scenario
    from dragoman.bench.progress import Watcher
    from dragoman.bench.report import Report

NOT_MEASURED = 1
_RUNS, _QUICK_RUNS = 5, 1
_MOST_SEED = 1_000_000


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(bench)


def bench(
    ctx: typer.Context,
    scenario: Annotated[
        list[str] | None, typer.Argument(help="Only these scenarios.", show_default="all of them")
    ] = None,
    runs: Annotated[
        int | None, typer.Option(min=1, max=100, help="How often each side is measured.", show_default="5")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="One run with little work: shows that it works, and no more.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Draw the same prompts again.", show_default="new ones")
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(help="An engine that runs, http://host:8080/v1.", show_default="one is started"),
    ] = None,
    peer: Annotated[
        list[str] | None,
        typer.Option(
            help="Measure this server too, name=http://host:8000/v1; give it the same weights. May be given several times."
        ),
    ] = None,
    llama_server: Annotated[
        Path | None,
        typer.Option(help="Measure this program of llama.cpp too.", exists=True, dir_okay=False),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write the whole report here, as JSON.", dir_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
) -> int:
    """Measure how fast it is, in turns with what people would use instead, on the same weights.

    Example: dragoman bench engine peers --report ./measured.json
    """
    from dragoman.bench.catalogue import chosen
    from dragoman.bench.progress import watching

    scenarios = chosen(scenario or [])
    called = invocation(ctx)
    if report is not None and not report.absolute().parent.is_dir():
        raise OperatorError(
            f"There is no folder {report.absolute().parent}: make it, or choose another place."
        )
    with watching() as watcher:
        given = _given(
            called,
            watcher,
            engine=engine,
            peers=_peers(peer or []),
            llama_server=llama_server,
            runs=runs or (_QUICK_RUNS if quick else _RUNS),
            quick=quick,
            seed=secrets.randbelow(_MOST_SEED) if seed is None else seed,
        )
        made = _run(scenarios, given, watcher)
    _tell(made, report, as_json=as_json)
    return _status(made)


def _peers(named: list[str]) -> dict[str, str]:
    """Read `name=URL`.

    Raises:
        OperatorError: one is not of that form, or two have one name.
    """
    peers: dict[str, str] = {}
    for one in named:
        name, _, url = one.partition("=")
        if not name or not url.startswith(("http://", "https://")):
            raise OperatorError(f"--peer takes name=http://host:port/v1, not {one!r}.")
        if name in peers:
            raise OperatorError(f"--peer: two servers are called {name!r}.")
        peers[name] = url.rstrip("/")
    return peers


def _given(
    called: Invocation,
    watcher: "Watcher",
    *,
    engine: str | None,
    peers: dict[str, str],
    llama_server: Path | None,
    runs: int,
    quick: bool,
    seed: int,
) -> "Given":
    from dragoman.bench.base import Given
    from dragoman.cli.surroundings import surroundings
    from dragoman.watching.logs import configure

    settings = called.settings({"engine.urls": [engine] if engine else None})
    configure(format=settings.log.format, level="error", process="bench")
    around = surroundings(settings, called.home)
    return Given(
        home=called.home,
        surroundings=around,
        find_weights=lambda: _weights(called, watcher),
        listener=watcher,
        engine_url=engine.rstrip("/") if engine else None,
        engine_key=key.get_secret_value() if (key := settings.engine.api_key) else None,
        peers=peers,
        llama_server=llama_server,
        runs=runs,
        quick=quick,
        seed=seed,
    )


def _weights(called: Invocation, watcher: "Watcher") -> Path:
    """Return the file that `dragoman engine` would load, as it would find it."""
    from dragoman.engines.models.base import Wanted
    from dragoman.engines.models.store import prepare

    model = called.settings().model
    found = prepare(
        Wanted(model.name, model.path, model.quantization, model.hubs, model.allow_stand_in),
        folder=called.home / "models",
        progress=lambda label, done, total: watcher.progress("weights", label, done, total),
        say=lambda line: watcher.say("weights", line),
    )
    return found.path


def _run(scenarios: "list[Scenario]", given: "Given", watcher: "Watcher") -> "Report":
    from dragoman.bench.report import Run, build
    from dragoman.bench.running import ended_by_a_signal, measure

    began, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    try:
        done = asyncio.run(ended_by_a_signal(measure(scenarios, given, watcher)))
    except asyncio.CancelledError:
        raise typer.Abort from None
    seconds = round(time.monotonic() - clock, 1)
    return build(done, Run(version("dragoman"), began, seconds, given.runs, given.quick, given.seed))


def _tell(made: "Report", place: Path | None, *, as_json: bool) -> None:
    from rich.console import Console

    from dragoman.bench.report import write
    from dragoman.bench.table import show

    if place is not None:
        write(made, place)
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False))
    else:
        show(made, Console())


def _status(made: "Report") -> int:
    """Return the exit status: 1 where something could not be measured; aims that are missed are a result."""
    failed = {name: one["failed"] for name, one in made["scenarios"].items() if one["failed"]}
    for name, why in failed.items():
        typer.echo(f"{name}: {why}", err=True)
    return NOT_MEASURED if failed else 0
