"""`dragoman ask`: one question to a running desk, from the terminal."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dragoman.nouns.errors import OperatorError

if TYPE_CHECKING:
    import httpx

_DESK = "http://127.0.0.1:5000"
# Seconds. The desk sends a sign of life every ten while it writes.
_PATIENCE = 60.0


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(ask)


def ask(
    question: Annotated[str, typer.Argument(help="What to ask, in any of the 29 languages.")],
    language: Annotated[
        str | None, typer.Option(help="Code of the language to answer in.", show_default="the question's")
    ] = None,
    url: Annotated[str, typer.Option(help="Where the desk is.")] = _DESK,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole record of the reply.")] = False,
) -> None:
    """Ask a running desk a question, and read the reply as it is written.

    Example: dragoman ask "Où est mon colis ?" --url https://desk.example
    """
    import httpx

    desk = url.rstrip("/")
    try:
        with httpx.Client(base_url=desk, timeout=_PATIENCE) as client:
            _print(_answer(client, question, language), as_json=as_json)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise OperatorError(
            f"No desk answers at {desk} ({reason}): start one with `dragoman serve`, or name another with --url."
        ) from None


def _answer(
    client: "httpx.Client", question: str, language: str | None
) -> "Iterator[tuple[str, dict[str, Any]]]":
    """Yield the events of the answer: their names and what they hold."""
    begun = client.post("/api/v1/conversations")
    _accepted(begun)
    conversation = begun.json()
    headers = {"Authorization": f"Bearer {conversation['token']}", "Accept": "text/event-stream"}
    path = f"/api/v1/conversations/{conversation['conversation_id']}/messages"
    body = {"message": question, "language": language}
    with client.stream("POST", path, json=body, headers=headers) as response:
        if response.is_error:
            response.read()
        _accepted(response)
        yield from _events(response.iter_lines())


def _accepted(response: "httpx.Response") -> None:
    """Raise what the desk says is wrong (RFC 9457) for the operator."""
    if response.is_success:
        return
    try:
        problem = response.json()
        said = f"{problem.get('detail') or problem['title']} ({problem['code']})"
    except (ValueError, KeyError, AttributeError):
        said = f"HTTP {response.status_code}"
    raise OperatorError(f"The desk does not take the question: {said}")


def _events(lines: Iterator[str]) -> "Iterator[tuple[str, dict[str, Any]]]":
    """Read server-sent events; the desk gives each a name and one line of JSON."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def _print(events: "Iterator[tuple[str, dict[str, Any]]]", *, as_json: bool) -> None:
    written = ""
    for name, data in events:
        if name == "delta" and not as_json:
            written += data["text"]
            typer.echo(data["text"], nl=False)
        elif name == "error":
            if written:
                typer.echo()
            raise OperatorError(f"{data['text']} ({data['code']})")
        elif name == "done":
            _finish(data, written, as_json=as_json)
            return
    raise OperatorError("The desk broke off in the middle of the answer; ask again.")


def _finish(record: dict[str, Any], written: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    if written != record["reply"]:
        # What the desk keeps is what holds, should it differ from what went out.
        typer.echo(f"\n{record['reply']}" if written else record["reply"], nl=False)
    typer.echo()
    if sys.stderr.isatty():
        by = f", {record['model']}" if record["model"] else ""
        typer.secho(f"[{record['language']}, {record['source']}{by}]", dim=True, err=True)
