"""The process that reads a document, so that nothing in a document can harm the desk.

It limits itself before it looks at the document, takes a line of JSON and the document's bytes on standard input,
and writes one line of JSON: what it read, or why it refuses. Its parent ends it at the deadline.
"""

import ctypes
import dataclasses
import json
import math
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dragoman.knowledge.reading.base import ReadDocument, ReadLimits
from dragoman.nouns.errors import KnowledgeRefusedError

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def main() -> None:
    """Do the one task that the command line names."""
    given = json.loads(sys.stdin.buffer.readline())
    limits = ReadLimits(**given["limits"])
    limit_myself(limits)
    try:
        answer = {"read": TASKS[sys.argv[1]](given, limits)}
    except KnowledgeRefusedError as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": "reading it takes too much memory; split it into smaller documents"}
    except RecursionError:
        answer = {"refused": "it is nested too deeply; save it as plain text and add that"}
    sys.stdout.buffer.write(json.dumps(answer).encode())
    sys.stdout.buffer.flush()
    # Parsers' threads and clean-up have nothing more to say.
    os._exit(0)


def limit_myself(limits: ReadLimits) -> None:
    """Bound memory, processor time and files written, and cut the network off, as far as the system can."""
    try:
        import resource
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    # At the first limit comes SIGXCPU, by which the parent knows why; at the second SIGKILL.
    seconds = math.ceil(limits.seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    _leave_the_network()


def _leave_the_network() -> None:
    """Refuse connections from Python, and on Linux move to a network of our own, without any way out, where allowed."""
    sys.addaudithook(_refuse_connections)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _refuse_connections(event: str, _arguments: Any) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.system"):
        raise PermissionError("a document's reader has no business outside")


def _bytes(given: Mapping[str, Any], limits: ReadLimits) -> bytes:
    """Return the document: the file that was named, or what follows on standard input."""
    if given.get("path") is None:
        return sys.stdin.buffer.read()
    with Path(given["path"]).open("rb") as file:
        return file.read(limits.file_bytes + 1)


def _document(given: Mapping[str, Any], limits: ReadLimits) -> dict[str, Any]:
    from dragoman.knowledge.reading.parse import parse

    data = _bytes(given, limits)
    read: ReadDocument = parse(data, given["name"], given["media_type"], given["url"], limits)
    return dataclasses.asdict(read)


def _links(given: Mapping[str, Any], limits: ReadLimits) -> dict[str, Any]:
    from dragoman.knowledge.reading.encoding import charset_of
    from dragoman.knowledge.reading.links import links_of

    return dataclasses.asdict(links_of(_bytes(given, limits), given["url"], charset_of(given["media_type"])))


def _sitemap(given: Mapping[str, Any], limits: ReadLimits) -> dict[str, Any]:
    from dragoman.knowledge.reading.links import sitemap_of

    return dataclasses.asdict(sitemap_of(_bytes(given, limits), limits.unpacked_bytes))


TASKS: Mapping[str, Callable[[Mapping[str, Any], ReadLimits], dict[str, Any]]] = {
    "document": _document,
    "links": _links,
    "sitemap": _sitemap,
}


if __name__ == "__main__":
    main()
