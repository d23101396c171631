"""`dragoman doctor`."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from dragoman.cli.invocation import invocation

if TYPE_CHECKING:
    from dragoman.doctor.base import Finding

CHECK_FAILED = 1


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(doctor)


def doctor(
    ctx: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="Also read all of the weights and check their sum.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Look at everything that the desk needs, and say what to do where something is wrong.

    It works while nothing runs and beside a running `dragoman serve`; it changes nothing.

    Example: dragoman doctor
    """
    from dragoman.doctor.base import State
    from dragoman.doctor.run import examine, open_case
    from dragoman.watching.logs import configure

    # What the checks touch may log what they say anyway.
    configure(format="text", level="error", process="doctor")
    findings: list[Finding] = []
    for finding in examine(open_case(invocation(ctx).home, full=full)):
        findings.append(finding)
        if not as_json:
            typer.echo(f"{finding.state:5} {finding.check:14} {finding.text}")
    counts = Counter(finding.state for finding in findings)
    if as_json:
        typer.echo(json.dumps(_record(findings), ensure_ascii=False, indent=2))
    else:
        typer.echo(", ".join(f"{counts[state]} {state}" for state in State if counts[state]))
    return CHECK_FAILED if counts[State.FAIL] else 0


def _record(findings: "list[Finding]") -> dict[str, object]:
    states = [finding.state.value for finding in findings]
    worst = next((state for state in ("fail", "warn") if state in states), "ok")
    return {
        "state": worst,
        "findings": [
            {"check": one.check, "state": one.state.value, "text": one.text, "facts": dict(one.facts)}
            for one in findings
        ],
    }
