"""The database, and what the desk knows."""

import time
from collections.abc import Iterator

from dragoman.doctor.base import Case, Finding, fail, megabytes, ok, skip, warn
from dragoman.nouns.errors import DragomanError, OperatorError
from dragoman.storage.embedded import running_url
from dragoman.storage.examine import Examination, examine

# Seconds by which two clocks may differ before times in the log mislead.
_CLOCKS_APART = 5.0
_CONNECTIONS_FULL = 0.9


def database(case: Case) -> Iterator[Finding]:
    """Look at the server, its schema and what is in it, without changing anything."""
    try:
        url = _url(case)
    except OperatorError as error:
        yield fail("database", str(error))
        return
    if url is None:
        yield skip("database", "It does not run; dragoman serve starts it, and these checks work beside it.")
        return
    began = time.monotonic()
    try:
        found = examine(url)
    except DragomanError as error:
        yield fail("database", f"{str(error).rstrip('.')}: see database.url, and that the server runs.")
        return
    yield from _server(case, found, time.monotonic() - began)
    yield from _schema(found)
    if found.counts is not None:
        yield from _knowledge(case, found)


def _url(case: Case) -> str | None:
    """Return where the database is: the operator's, the one of `serve`, or another's of this home; None where none runs."""
    given = case.live.database.url
    return given.get_secret_value() if given is not None else running_url(case.home)


def _server(case: Case, found: Examination, seconds: float) -> Iterator[Finding]:
    kind = "of your own" if case.settings.database.url is not None else "in the home"
    facts = {"version": found.version, "bytes": found.bytes, "seconds": seconds}
    for complaint in found.complaints:
        yield fail("database", f"PostgreSQL {found.version}: {complaint}.", **facts)
    if not found.complaints:
        text = (
            f"PostgreSQL {found.version} {kind}, {megabytes(found.bytes)}, answers in {seconds * 1000:.0f} ms"
        )
        yield ok("database", text, **facts)
    if found.connections >= _CONNECTIONS_FULL * found.most_connections:
        text = f"{found.connections} of {found.most_connections} connections are taken: lower database.connections, or raise max_connections."
        yield warn("database", text, connections=found.connections)
    if found.clock_ahead is not None and abs(found.clock_ahead) > _CLOCKS_APART:
        text = f"Its clock is {found.clock_ahead:+.0f} s from this machine's: set both by NTP."
        yield warn("database clock", text, ahead_seconds=found.clock_ahead)


def _schema(found: Examination) -> Iterator[Finding]:
    facts = {"applied": len(found.applied), "missing": list(found.missing)}
    if found.vector is not None:
        yield ok("pgvector", found.vector, version=found.vector)
    elif found.vector_available:
        yield ok("pgvector", f"{found.vector_available} is there; the first start takes it into use")
    else:
        text = "The server has none: install pgvector there and run CREATE EXTENSION vector in this database."
        yield fail("pgvector", text)
    if found.unknown:
        text = f"It is newer than this program (it has {found.unknown[-1]}): start the newer Dragoman, or restore a backup."
        yield fail("schema", text, **facts)
    elif found.altered:
        text = f"Step {found.altered[0]} is another version's: install a released Dragoman, or begin with a new database."
        yield fail("schema", text, **facts)
    elif found.missing:
        text = f"{len(found.missing)} steps are missing: the next start of dragoman serve applies them."
        yield warn("schema", text, **facts)
    else:
        yield ok("schema", f"up to date, {found.applied[-1]}", **facts)


def _knowledge(case: Case, found: Examination) -> Iterator[Finding]:
    counts = found.counts
    assert counts is not None
    facts = {
        "documents": counts.documents,
        "passages": sum(counts.passages.values()),
        "approved": counts.approved,
        "version": counts.version,
    }
    text = f"{counts.documents} documents, {facts['passages']} passages, {counts.approved} approved answers"
    if not counts.documents and not counts.approved:
        yield warn(
            "knowledge", "There is none, so every question is declined: dragoman knowledge add PATH.", **facts
        )
    else:
        yield ok("knowledge", text, **facts)
    stale = sum(number for name, number in counts.passages.items() if name != case.embedder)
    if case.embedder is not None and stale:
        text = f"{stale} passages have vectors of another embedder and are not found: the next start of dragoman serve makes them anew."
        yield warn("embeddings", text, stale=stale)
    elif case.embedder is not None:
        yield ok("embeddings", f"all by {case.embedder}", stale=0)
    jobs = {"failed": counts.failed_jobs, "waiting": counts.waiting_jobs}
    if counts.failed_jobs:
        text = f"{counts.failed_jobs} failed within a week: GET /api/v1/knowledge/jobs says why, and the sources can be added again."
        yield warn("jobs", text, **jobs)
    else:
        yield ok("jobs", f"none failed within a week, {counts.waiting_jobs} under way or waiting", **jobs)
