"""A model hub on this machine that speaks like the real ones, and misbehaves on demand.

`GET` and `HEAD` of `/{repo}/resolve/{revision}/{file}` announce size and SHA-256 and redirect to storage,
which sends bytes and ranges of them.
"""

import hashlib
import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Faults:
    """What goes wrong from now on; set and unset at will.

    Attributes:
        cut_after: close the connection after so many bytes of each answer.
        cuts: how many more answers are cut so; -1 means all.
        wrong_bytes: send other bytes than announced.
        status: answer everything with this HTTP status.
        slow_seconds: wait before every answer.
        ignore_ranges: send everything, whatever range is asked for.
        announce: what HEAD announces instead of the true SHA-256.
        redirect_to: where the file is said to lie, instead of this server's storage.
    """

    cut_after: int | None = None
    cuts: int = -1
    wrong_bytes: bool = False
    status: int | None = None
    slow_seconds: float = 0.0
    ignore_ranges: bool = False
    announce: str | None = None
    redirect_to: str | None = None


@dataclass
class FakeHub:
    """A running hub: its address, the files it has (by name), and what was asked of it."""

    address: str
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    faults: Faults = field(default_factory=Faults)
    requests: list[tuple[str, str, str | None]] = field(default_factory=list[tuple[str, str, str | None]])
    stopped: threading.Event = field(default_factory=threading.Event)

    def gets(self) -> list[str | None]:
        """Return the ranges of all requests to the storage, in order; None where none was asked for."""
        return [
            wanted
            for method, path, wanted in self.requests
            if method == "GET" and path.startswith("/storage/")
        ]

    def etag(self, name: str) -> str:
        """Return the ETag under which the storage sends a file: it changes with the bytes."""
        return f'"storage-{hashlib.md5(self.files[name], usedforsecurity=False).hexdigest()}"'


@contextmanager
def fake_hub() -> Generator[FakeHub]:
    """Run a hub on a free port of the loopback address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    hub = FakeHub(f"http://127.0.0.1:{server.server_address[1]}")
    _Handler.hubs[server] = hub
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
        del _Handler.hubs[server]


class _Handler(BaseHTTPRequestHandler):
    hubs: dict[object, FakeHub] = {}  # noqa: RUF012 - one for each running server
    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> FakeHub:
        return self.hubs[self.server]

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: what was asked is in `requests`."""

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        self.hub.requests.append((self.command, path, self.headers.get("Range")))
        faults = self.hub.faults
        if faults.slow_seconds:
            self.hub.stopped.wait(faults.slow_seconds)
        name = path.rsplit("/", 1)[-1]
        if faults.status is not None:
            self._plain(faults.status)
        elif name not in self.hub.files:
            self._plain(404)
        elif path.startswith("/storage/"):
            self._storage(name)
        else:
            self._resolve(name)

    def _plain(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _resolve(self, name: str) -> None:
        body = self.hub.files[name]
        faults = self.hub.faults
        self.send_response(302)
        self.send_header("X-Linked-Size", str(len(body)))
        self.send_header("X-Linked-ETag", f'"{faults.announce or hashlib.sha256(body).hexdigest()}"')
        self.send_header("Location", faults.redirect_to or f"/storage/{name}?signature=x")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _storage(self, name: str) -> None:
        body = self.hub.files[name]
        total = len(body)
        start = self._start(name)
        if start is not None and start >= total:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{total}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200 if start is None else 206)
        if start is not None:
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        self.send_header("ETag", self.hub.etag(name))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(total - (start or 0)))
        self.end_headers()
        if self.command == "GET":
            self._send(body[start or 0 :])

    def _start(self, name: str) -> int | None:
        """Return the first byte of the range that is to be sent, or None for the whole file."""
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        condition = self.headers.get("If-Range")
        if match is None or self.hub.faults.ignore_ranges or condition not in (None, self.hub.etag(name)):
            return None
        return int(match[1])

    def _send(self, body: bytes) -> None:
        faults = self.hub.faults
        if faults.wrong_bytes:
            body = bytes(byte ^ 0xFF for byte in body)
        if faults.cut_after is not None and faults.cuts != 0:
            faults.cuts -= 1
            self.wfile.write(body[: faults.cut_after])
            self.close_connection = True
            return
        self.wfile.write(body)
