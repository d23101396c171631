"""`dragoman eval`."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dragoman.cli.invocation import Invocation, invocation
from dragoman.nouns.errors import OperatorError

if TYPE_CHECKING:
    from dragoman.evaluation.comparing import Difference
    from dragoman.evaluation.evaluate import Order, Outcome
    from dragoman.evaluation.questions import Question
    from dragoman.evaluation.report import Report
    from dragoman.evaluation.throwaway import Surroundings
    from dragoman.nouns.level import Level

CHECK_FAILED = 1
# Draws of the model are the same in every run, unless the owner's settings have a seed of their own.
_SEED = 20250101
# To the knowledge, beside those of the desk that is measured.
_CONNECTIONS = 2


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("eval")(evaluate)


def evaluate(
    ctx: typer.Context,
    knowledge: Annotated[
        Path | None,
        typer.Option(
            help="A file or a folder that the knowledge is read from.", show_default="the demonstration shop"
        ),
    ] = None,
    questions: Annotated[
        Path | None,
        typer.Option(
            help="Questions of your own, one JSON object a line.", show_default="the suites that come with it"
        ),
    ] = None,
    suite: Annotated[
        list[str] | None, typer.Option(help="Only this suite; may be given several times.")
    ] = None,
    languages: Annotated[str | None, typer.Option(help="Only these languages, as fr,de.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many questions of a suite in each language.")
    ] = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            help="An OpenAI-compatible server, http://host:8000/v1.", show_default="the home's own model"
        ),
    ] = None,
    model: Annotated[str | None, typer.Option(help="The model to ask that server for.")] = None,
    strategy: Annotated[
        Literal["desk", "plain", "translate"],
        typer.Option(help="The desk, one plain prompt, or translating there and back."),
    ] = "desk",
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Questions under way at a time.")] = 4,
    report: Annotated[
        Path | None, typer.Option(help="Write the whole report here, as JSON.", dir_okay=False)
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page with a heat map here.", dir_okay=False)
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Show what differs from this earlier report.", dir_okay=False)
    ] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            help="A threshold as right_figure=0.95, or a TOML file of them; may be given several times."
        ),
    ] = None,
    save_levels: Annotated[
        bool,
        typer.Option(
            "--save-levels", help="Keep what came out as this model's levels of language in the home."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
) -> int:
    """Measure the desk: ask it questions in a home that is thrown away, and report by language.

    Example: dragoman eval --knowledge ./help --questions ./questions.jsonl --report ./report.json
    """
    from dragoman.evaluation import comparing, gates

    _check_use(knowledge, questions, suite, save_levels=save_levels, strategy=strategy)
    thresholds = gates.read_gates(gate or [])
    earlier = _earlier(compare)
    called = invocation(ctx)
    order = _order(
        surroundings=replace(
            _surroundings(called, engine or [], model, knowledge, save_levels=save_levels),
            desk=strategy == "desk",
        ),
        asked=_questions(questions, suite, languages, limit, strategy),
        strategy=strategy,
        at_once=at_once,
    )
    _writable(report, html)
    outcome, made = _run(order, str(knowledge or "the demonstration shop"))
    differences = comparing.differences(earlier, made) if earlier is not None else None
    _write(made, differences, report=report, html=html)
    levels = _levels(called, outcome.model, made) if save_levels else None
    _print(made, differences, levels, as_json=as_json)
    return _status(
        gates.unmet(thresholds, made), made, by_gates=bool(thresholds), outside=questions is not None
    )


def _check_use(
    knowledge: Path | None,
    questions: Path | None,
    suite: list[str] | None,
    *,
    save_levels: bool,
    strategy: str,
) -> None:
    """Refuse what does not go together.

    Raises:
        OperatorError: it does not.
    """
    from dragoman.evaluation.suites import SUITES

    if (knowledge is None) != (questions is None):
        given, other = ("--knowledge", "--questions") if questions is None else ("--questions", "--knowledge")
        raise OperatorError(
            f"{given} needs {other} too: questions of your own are asked on knowledge of your own."
        )
    if questions is not None and suite:
        raise OperatorError(
            "--suite chooses among the suites that come with it: leave it out with --questions."
        )
    if unknown := [name for name in suite or [] if name not in SUITES]:
        raise OperatorError(f"There is no suite {unknown[0]!r}: choose of {', '.join(SUITES)}.")
    if save_levels and strategy != "desk":
        raise OperatorError(
            "--save-levels measures what the desk may trust the model with: leave --strategy out."
        )


def _questions(
    file: Path | None, suite: list[str] | None, languages: str | None, limit: int | None, strategy: str
) -> "list[Question]":
    from dragoman.evaluation.evaluate import WAYS
    from dragoman.evaluation.questions import read_questions
    from dragoman.evaluation.suites import SUITES, chosen, questions

    codes = _codes(languages)
    if file is not None:
        return chosen(read_questions(file), languages=codes, limit=limit)
    possible = next(suites for way, suites in WAYS.items() if way == strategy)
    if without := [name for name in suite or [] if name not in possible]:
        raise OperatorError(
            f"The suite {without[0]!r} is about a part that --strategy {strategy} does not have."
        )
    found = chosen(questions(suite or SUITES.keys() & possible), languages=codes, limit=limit)
    if not found:
        raise OperatorError("There is no such question: choose other suites or languages.")
    return found


def _codes(languages: str | None) -> list[str] | None:
    from dragoman.languages.registry import LANGUAGES

    codes = [code.strip() for code in languages.split(",")] if languages else None
    if unknown := [code for code in codes or [] if code not in LANGUAGES]:
        raise OperatorError(f"--languages: {unknown[0]!r} is none of {' '.join(LANGUAGES)}.")
    return codes


def _surroundings(
    called: Invocation, engine: list[str], model: str | None, knowledge: Path | None, *, save_levels: bool
) -> "Surroundings":
    from dragoman.evaluation.throwaway import Surroundings
    from dragoman.nouns.level import Level
    from dragoman.settings.loading import FILE_NAME, variable
    from dragoman.watching.logs import configure
    from dragoman.wiring.engine import addresses, engine_opener, engine_variables
    from dragoman.wiring.knowledge import OpenKnowledge, open_knowledge

    if model is not None and not engine:
        raise OperatorError("--model names a model of the server that --engine names: give both.")
    settings = called.settings({"engine.urls": engine or None, "engine.model": model})
    if settings.knowledge.folder is not None and settings.knowledge.folder != knowledge:
        raise OperatorError(
            "This home's desk takes in knowledge.folder at every start, and so would the one that is measured: "
            "measure with another --home, or give that folder with --knowledge."
        )
    # What is measured goes wrong in the report, not in the log; what the processes of the run log is theirs.
    configure(format=settings.log.format, level="error", process="eval")
    seed = {} if settings.generation.seed is not None else {variable("generation.seed"): str(_SEED)}

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
        settings_file=called.home / FILE_NAME,
        models=called.home / "models",
        engine_urls=addresses(settings.engine.urls),
        model=settings.engine.model if settings.engine.urls else None,
        variables={**engine_variables(settings.engine), **seed},
        knowledge=[knowledge] if knowledge is not None else [],
        level=Level.GENERATE if save_levels else None,
    )


def _order(
    *,
    surroundings: "Surroundings",
    asked: "list[Question]",
    strategy: Literal["desk", "plain", "translate"],
    at_once: int,
) -> "Order":
    from dragoman.evaluation.evaluate import Order
    from dragoman.evaluation.knowledge import read_known

    read_known(surroundings.knowledge)  # what is not there is told before anything starts
    return Order(surroundings, asked, strategy, at_once)


def _earlier(compare: Path | None) -> "Report | None":
    from dragoman.evaluation.report import read

    return None if compare is None else read(compare)


def _writable(*places: Path | None) -> None:
    """Refuse places that cannot be written to before the questions are asked, not after.

    Raises:
        OperatorError: there is no such folder.
    """
    for place in places:
        if place is not None and not place.absolute().parent.is_dir():
            raise OperatorError(
                f"There is no folder {place.absolute().parent}: make it, or choose another place."
            )


def _run(order: "Order", knowledge: str) -> "tuple[Outcome, Report]":
    from dragoman.evaluation.evaluate import evaluate as run
    from dragoman.evaluation.progress import watching
    from dragoman.evaluation.report import Run, build

    began = datetime.now(UTC).isoformat(timespec="seconds")
    with watching(len(order.questions)) as watcher:
        outcome = asyncio.run(run(order, watcher, watcher.judged))
    told = Run(
        version("dragoman"), outcome.model, order.strategy, knowledge, began, round(outcome.seconds, 1)
    )
    return outcome, build(outcome.judged, told)


def _write(
    made: "Report", differences: "list[Difference] | None", *, report: Path | None, html: Path | None
) -> None:
    from dragoman.evaluation.page import page
    from dragoman.evaluation.report import write, write_text

    if report is not None:
        write(made, report)
    if html is not None:
        write_text(page(made, differences), html)


def _levels(called: Invocation, model: str | None, made: "Report") -> "dict[str, Level]":
    """Keep the levels in the home, and return them."""
    from dragoman.answers.levels import FOLDER, SUFFIX, model_key
    from dragoman.evaluation.levels import as_toml, findings
    from dragoman.evaluation.report import write_text

    found = findings(made)
    if model is None or not found:
        raise OperatorError(
            "Levels need a model and questions that the knowledge answers: add --suite facts."
        )
    levels = {code: one.level for code, one in found.items()}
    folder = called.home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    text = as_toml(model, levels, {code: one.reason for code, one in found.items()})
    write_text(text, folder / f"{model_key(model)}{SUFFIX}")
    return levels


def _print(
    made: "Report",
    differences: "list[Difference] | None",
    levels: "dict[str, Level] | None",
    *,
    as_json: bool,
) -> None:
    from rich.console import Console

    from dragoman.evaluation.table import show

    if as_json:
        compared = {} if differences is None else {"differences": [one.as_json() for one in differences]}
        typer.echo(json.dumps({**made, **compared}, ensure_ascii=False))
        return
    show(made, Console())
    for one in differences or []:
        typer.echo(one.line())
    if differences == []:
        typer.echo("Nothing differs from the earlier report.")
    for code, level in (levels or {}).items():
        typer.echo(f"{code:4} {level}")


def _status(unmet: list[str], made: "Report", *, by_gates: bool, outside: bool) -> int:
    """Return the exit status: thresholds decide where they are given, else every question of a file of one's own."""
    for line in unmet:
        typer.echo(line, err=True)
    if by_gates or not outside:
        return CHECK_FAILED if unmet else 0
    totals = made["totals"]
    failed = totals["questions"] - totals["passed"]
    if failed:
        typer.echo(f"{failed} of {totals['questions']} questions did not pass.", err=True)
    return CHECK_FAILED if failed else 0
