"""The server's process: started, watched and stopped by whoever supervises."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import psutil

from dragoman.nouns.errors import OperatorError
from dragoman.storage.embedded.cluster import ROLE, Cluster, environment, locate, prepare
from dragoman.storage.embedded.log import ServerLog
from dragoman.watching.logs import logger

# Where data and programs go when the server's account cannot reach the home or the virtual environment.
ELSEWHERE = Path("/var/lib/dragoman")
# Longest path of a Unix socket in bytes, without the closing zero: sockaddr_un has 104 on macOS, 108 on Linux.
_LONGEST_SOCKET = 103
_SOCKET = ".s.PGSQL.5432"
_SHORT = "dragoman-"
# Recovery after a crash replays at most `max_wal_size`; a slow disk may take minutes over it.
_START_SECONDS = 300.0
# A killed server's children let go of its memory within a moment; until then a new one refuses to start.
_AGAIN_SECONDS = 10.0
# For two cores and 4 GB that a model shares. What must not be lost is flushed before it is acknowledged.
_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Room for the graphs of 100,000 passages (docs/decisions/0009-search.md). Memory is taken as it fills.
    "shared_buffers": "256MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "max_connections": "60",
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",  # reads are few and small: no processes of their own for them
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Values, and so customers' words, come in details, statements and parameters: none of them is logged.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_duration_statement": "2000",
    "logging_collector": "off",
    "listen_addresses": "",
    "password_encryption": "scram-sha-256",
}


class HomeTakenError(OperatorError):
    """Another process runs the database of this home."""


class EmbeddedPostgres:
    """PostgreSQL in a home folder, as a child of this process.

    It listens on a Unix socket in a folder closed to others, and asks for a password besides. It runs in a
    session of its own, so that a terminal's Ctrl-C does not reach it before those that use it. All calls
    block (a first start for about two seconds) and belong to one thread at a time.
    """

    def __init__(self, home: Path, *, elsewhere: Path = ELSEWHERE) -> None:
        home = home.absolute()
        self._folder = home / "postgres"
        self._elsewhere = elsewhere
        self._log = ServerLog(home / "log")
        self._lock: BinaryIO | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: Path | None = None
        self._url = ""

    @property
    def pid(self) -> int | None:
        """The server's process id while it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def alive(self) -> bool:
        """Tell whether the server's process lives. Asked regularly, it also keeps the log within bounds."""
        self._log.trim()
        return self.pid is not None

    def start(self) -> str:
        """Start the server unless it runs, making its files the first time; return its URL.

        A server that an earlier, killed `serve` left behind is stopped first.

        Raises:
            OperatorError: another `serve` uses this home, or the server cannot run; the message says what to do.
        """
        if self.pid is not None:
            return self._url
        self._folder_ready()
        self._take_lock()
        try:
            _stop_left_behind(locate(self._folder) / "data")
            cluster = prepare(self._folder, self._elsewhere, self._log)
            self._launch(cluster)
        except BaseException:
            self._let_go()
            raise
        assert self._socket is not None
        self._url = _url(cluster.password, self._socket)
        return self._url

    def stop(self, timeout: float = 10.0) -> None:
        """End connections, write everything out and stop; after `timeout` seconds less and less politely.

        However it ends, what was acknowledged is in the log on disk.
        """
        if self._process is not None:
            _end(self._process, timeout)
            self._process = None
        self._let_go()

    def _folder_ready(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._log.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OperatorError(
                f"the home folder cannot be used: {error.strerror}: {error.filename}"
            ) from error

    def _take_lock(self) -> None:
        """Hold the home as long as we live: the kernel lets go of this lock even after `kill -9`."""
        if self._lock is not None:
            return
        try:
            lock = (self._folder / "lock").open("ab+", buffering=0)
        except OSError as error:
            raise OperatorError(
                f"the home folder cannot be used: {error.strerror}: {error.filename}"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read(20).decode(errors="replace").strip()
            lock.close()
            raise HomeTakenError(
                f"another Dragoman (process {holder}) already runs the database in {self._folder}: "
                "stop it first, or give this one a home of its own with --home"
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n".encode())
        self._lock = lock

    def _let_go(self) -> None:
        if self._socket is not None and self._socket.name.startswith(_SHORT):
            shutil.rmtree(self._socket, ignore_errors=True)
        self._socket = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _launch(self, cluster: Cluster) -> None:
        self._socket = _socket_folder(cluster)
        deadline = time.monotonic() + _AGAIN_SECONDS
        while True:
            before = self._log.size()
            self._process = self._spawn(cluster, self._socket)
            if self._came_up(cluster.data, self._process):
                return
            complaint = self._log.complaint(before)
            if "shared memory block" not in complaint or time.monotonic() > deadline:
                raise OperatorError(f"PostgreSQL does not start: {complaint} (more in {self._log.path})")
            time.sleep(0.2)

    def _spawn(self, cluster: Cluster, socket: Path) -> subprocess.Popen[bytes]:
        settings = {**_SETTINGS, "hba_file": str(cluster.hba), "unix_socket_directories": f'"{socket}"'}
        command = [str(cluster.programs / "postgres"), "-D", str(cluster.data), "-p", "5432"]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self._log.open() as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=environment(),
                start_new_session=True,
                **cluster.account.identity(),
            )

    def _came_up(self, data: Path, process: subprocess.Popen[bytes]) -> bool:
        """Wait until the server says it is ready; False when it ended instead."""
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None:
            note = _note(data)
            if note[:1] == [str(process.pid)] and note[7:8] == ["ready"]:
                return True
            if time.monotonic() > deadline:
                _end(process, 1.0)
                raise OperatorError(
                    f"PostgreSQL is not ready after {_START_SECONDS:.0f} s (more in {self._log.path})"
                )
            time.sleep(0.02)
        return False


def running_url(home: Path) -> str | None:
    """Return the URL of the server that another process runs in this home, or None when none is ready there. Blocks.

    Raises:
        OperatorError: the home's database is not where it was put, or is not ours to read.
    """
    folder = home.absolute() / "postgres"
    data = locate(folder) / "data"
    note = _note(data)
    if note[7:8] != ["ready"] or _server_of(data, note[0]) is None:
        return None
    try:
        password = (folder / "password").read_text(encoding="ascii").strip()
    except OSError as error:
        raise OperatorError(
            f"the database of {home} is another account's ({error.strerror}): call as the one that runs it"
        ) from error
    return _url(password, Path(note[4]))


def _url(password: str, socket: Path) -> str:
    return f"postgresql://{ROLE}:{password}@/{ROLE}?host={quote(str(socket), safe='')}"


def _socket_folder(cluster: Cluster) -> Path:
    """Return a folder that only the server's account (and root) can enter, with a path short enough for a socket."""
    folder = cluster.place / "socket"
    if len(os.fsencode(folder / _SOCKET)) > _LONGEST_SOCKET:
        folder = Path(tempfile.mkdtemp(prefix=_SHORT, dir="/tmp"))
    else:
        folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    cluster.account.own(folder)
    return folder


def _note(data: Path) -> list[str]:
    """Return the lines of `postmaster.pid`: process, data, start, port, socket folder, address, memory, state."""
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text(errors="replace").splitlines()]
    except OSError:  # there is none, or it is another account's, which `prepare` will name
        return []


def _stop_left_behind(data: Path) -> None:
    """Stop a server that lost its supervisor, or disown the note of one that is gone.

    We hold the home's lock, so nobody else watches over it.
    """
    note = _note(data)
    if not note:
        return
    server = _server_of(data, note[0])
    if server is None:
        _disown(data / "postmaster.pid", note)
    else:
        logger.warning("database_taken_over", pid=server.pid)
        _end(server, 10.0)
    if Path(*note[4:5]).name.startswith(_SHORT):
        shutil.rmtree(note[4], ignore_errors=True)


def _disown(path: Path, note: list[str]) -> None:
    """Put our own number in the place of a server's that is gone.

    PostgreSQL takes any living process of that number for its predecessor and refuses, and in a container
    numbers come round again soon; its parent's number it knows to be nobody's. The note itself must stay:
    by it PostgreSQL finds out whether processes of the old server still hold its memory.
    """
    text = "\n".join([str(os.getpid()), *note[1:]]) + "\n"
    # The folder is the server's: a link that its account may have put there is not followed.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW), "w", encoding="utf-8") as file:
        file.write(text)


def _server_of(data: Path, pid: str) -> psutil.Process | None:
    try:
        process = psutil.Process(int(pid))
        ours = str(data) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except (ValueError, psutil.Error):
        return None
    return process if ours else None


def _end(process: subprocess.Popen[bytes] | psutil.Process, timeout: float) -> None:
    """SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one (the next start replays the log)."""
    for how, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired, psutil.TimeoutExpired):
            process.wait(patience)
            return
