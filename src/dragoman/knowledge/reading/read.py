"""Reading a document without harm: the parsing happens in a process of its own, limited and ended at its deadline."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from dragoman.knowledge.reading.base import MEGABYTE, QARow, ReadDocument, ReadLimits, Section
from dragoman.knowledge.reading.kinds import check_size
from dragoman.nouns.errors import KnowledgeRefusedError

_DEFAULT = ReadLimits()
_WATCH_SECONDS = 0.1
# Starting Python and importing a reader; not the document's time.
_START_SECONDS = 5.0
# JSON escapes one character by six; beside the text stand headings and names.
_BYTES_A_CHAR = 6
_OUTPUT_ROOM = 4 * MEGABYTE
_BLOCK = 1 << 16
# What the reader's process is told of its surroundings: nothing that it could use or give away.
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TMPDIR", "TEMP")


async def read_document(
    data: bytes | Path,
    *,
    name: str,
    media_type: str | None = None,
    url: str | None = None,
    limits: ReadLimits = _DEFAULT,
) -> ReadDocument:
    """Read a document into sections, questions or rows. The caller's loop goes on meanwhile.

    It takes 0.1 s (tables, text) to 0.5 s (HTML, PDF, Office) beside the reading itself, and up to
    `limits.memory_bytes`: the caller bounds how many it reads at once.

    Args:
        data: its bytes, or the file that holds them.
        name: its file's name; the ending tells its format.
        media_type: its format as its sender says, where the name has no known ending.
        url: where it can be read.
        limits: how much it may take.

    Raises:
        KnowledgeRefusedError: it is too large, damaged, locked, empty, not what it claims to be, of an unknown type,
            or made to do harm; the message names it and says what to do.
    """
    given = {"name": name, "media_type": media_type, "url": url}
    try:
        read = await work("document", data, given, limits)
    except KnowledgeRefusedError as error:
        raise KnowledgeRefusedError(f"{name}: {error}") from error
    return _from_record(read)


async def work(task: str, data: bytes | Path, given: Mapping[str, Any], limits: ReadLimits) -> dict[str, Any]:
    """Have a task of `reading/worker.py` done by a process of its own and return what it wrote.

    Raises:
        KnowledgeRefusedError: the process refused the document, or took too much, or died of it.
    """
    path = await asyncio.to_thread(_checked, data, limits)
    header = {**given, "path": path, "limits": asdict(limits)}
    body = json.dumps(header).encode() + b"\n" + (data if isinstance(data, bytes) else b"")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "dragoman.knowledge.reading.worker",
        task,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={key: os.environ[key] for key in _ENVIRONMENT if key in os.environ},
    )
    try:
        async with asyncio.timeout(limits.seconds + _START_SECONDS):
            output = await _talk(process, body, limits)
            await process.wait()
    except TimeoutError as error:
        raise _took_too_long(limits) from error
    finally:
        await _end(process)
    return _answer(output, process.returncode, limits)


def _checked(data: bytes | Path, limits: ReadLimits) -> str | None:
    """Return the path of a file, as the process is to open it; what is too large is not even read."""
    if isinstance(data, bytes):
        check_size(len(data), limits)
        return None
    try:
        if not data.is_file():
            raise KnowledgeRefusedError("there is no such file")
        check_size(data.stat().st_size, limits)
    except OSError as error:
        raise KnowledgeRefusedError(f"it cannot be read ({error.strerror})") from error
    return str(data.resolve())


async def _talk(process: asyncio.subprocess.Process, body: bytes, limits: ReadLimits) -> bytes:
    """Hand the document over and take what comes, watching the process's memory."""
    try:
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(_watch(process, limits))
            feeding = tasks.create_task(_feed(process, body))
            output = await _output(process, limits)
            for task in (watch, feeding):
                task.cancel()
    except ExceptionGroup as failed:  # The first is why the others were given up.
        raise failed.exceptions[0] from failed
    return output


async def _feed(process: asyncio.subprocess.Process, body: bytes) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(body)
        await process.stdin.drain()
        process.stdin.close()
    except (BrokenPipeError, ConnectionResetError):
        return  # It has ended; its exit tells why.


async def _output(process: asyncio.subprocess.Process, limits: ReadLimits) -> bytes:
    assert process.stdout is not None
    most = limits.text_chars * _BYTES_A_CHAR + _OUTPUT_ROOM
    blocks = bytearray()
    while block := await process.stdout.read(_BLOCK):
        blocks += block
        if len(blocks) > most:
            _kill(process)
            break
    return bytes(blocks)


async def _watch(process: asyncio.subprocess.Process, limits: ReadLimits) -> None:
    """End the process when it holds too much memory: not every system lets it limit itself."""
    while True:
        taken = await asyncio.to_thread(_memory, process.pid)
        if taken is None:
            return
        if taken > limits.memory_bytes:
            _kill(process)
            return
        await asyncio.sleep(_WATCH_SECONDS)


def _memory(pid: int) -> int | None:
    """Return the bytes of memory that a process holds, or None when it has ended. Reads from /proc: blocks."""
    try:
        return psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return None


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):  # It may have ended by itself meanwhile.
        process.kill()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        _kill(process)
        await asyncio.shield(process.wait())


def _answer(output: bytes, exit_status: int | None, limits: ReadLimits) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    with suppress(ValueError):  # Cut short, it broke down while it wrote.
        answer = json.loads(output) if exit_status == 0 else {}
    if "refused" in answer:
        raise KnowledgeRefusedError(answer["refused"])
    if "read" in answer:
        return answer["read"]
    if exit_status is not None and -exit_status in _TIME_SIGNALS:
        raise _took_too_long(limits)
    most = limits.memory_bytes // MEGABYTE
    raise KnowledgeRefusedError(
        f"its reader broke down: it is damaged, or takes more than {most} MB of memory to read; save it again, smaller"
    )


# SIGXCPU: the processor's time is up.
_TIME_SIGNALS = frozenset({24})


def _took_too_long(limits: ReadLimits) -> KnowledgeRefusedError:
    return KnowledgeRefusedError(
        f"reading it takes longer than {limits.seconds:g} s; split it into smaller documents"
    )


def _from_record(record: Mapping[str, Any]) -> ReadDocument:
    gathered: dict[str, Any] = {
        "sections": tuple(
            Section(tuple(one["headings"]), one["text"], one["language"]) for one in record["sections"]
        ),
        "qa": tuple(QARow(**one) for one in record["qa"]),
        "rows": tuple(record["rows"]),
        "warnings": tuple(record["warnings"]),
    }
    return ReadDocument(**{**record, **gathered})
