"""A real nginx on what `deploy/nginx` says, for the length of a test."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from dragoman.serving.listen import bind

PATIENCE_SECONDS = 30.0

# What stands around the files in a distribution's own nginx.conf, with every place below the test's folder.
_AROUND = """\
daemon off;
worker_processes 2;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
{includes}
}}
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """An nginx that listens, and where it keeps what it says."""

    process: "subprocess.Popen[bytes]"
    folder: Path

    def errors(self) -> str:
        """What it complained of."""
        return (self.folder / "error.log").read_text(encoding="utf-8", errors="replace")


RunNginx = Callable[[Mapping[str, Mapping[str, str]], list[int]], AbstractContextManager[Nginx]]


@pytest.fixture(scope="session")
def run_nginx(pytestconfig: pytest.Config) -> RunNginx:
    """Return what runs nginx on files of `deploy/nginx`: for each its replacements, and the ports that it listens on."""
    program = _program(pytestconfig.rootpath / ".cache" / "nginx")
    source = pytestconfig.rootpath / "deploy" / "nginx"

    @contextmanager
    def running(files: Mapping[str, Mapping[str, str]], ports: list[int]) -> Generator[Nginx]:
        with tempfile.TemporaryDirectory(prefix="dragoman-nginx-") as name:
            folder = Path(name)
            for file, replaced in files.items():
                text = _replaced((source / file).read_text(encoding="utf-8"), replaced)
                (folder / file).write_text(text, encoding="utf-8")
            includes = "\n".join(f"    include {folder / file};" for file in files)
            (folder / "nginx.conf").write_text(_AROUND.format(includes=includes), encoding="utf-8")
            yield from _served(program, folder, ports)

    return running


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that were free a moment ago."""
    taken = [bind("127.0.0.1", 0) for _ in range(count)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def addresses() -> list[str]:
    """Return other addresses of loopback to come from, since nginx counts by them: Linux has all of 127.0.0.0/8, some none."""
    try:
        with socket.socket() as tried:
            tried.bind(("127.0.0.2", 0))
    except OSError:
        return []
    return [f"127.0.0.{number}" for number in range(2, 22)]


def _program(unpacked: Path) -> Path:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    found = shutil.which("nginx", path=path) or unpacked / "usr" / "sbin" / "nginx"
    assert Path(found).is_file(), "there is no nginx: run bin/test, which fetches one or says how to get it"
    return Path(found)


def _replaced(text: str, replaced: Mapping[str, str]) -> str:
    for old, new in replaced.items():
        assert old in text, f"deploy/nginx no longer says {old!r}"
        text = text.replace(old, new)
    return text


def _served(program: Path, folder: Path, ports: list[int]) -> Generator[Nginx]:
    command = [str(program), "-p", f"{folder}/", "-c", str(folder / "nginx.conf"), "-e", "error.log"]
    if os.geteuid() == 0:
        # Its workers would otherwise run under an account that cannot enter the test's folder.
        command += ["-g", "user root;"]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(command)
    nginx = Nginx(process, folder)
    try:
        _await(nginx, ports)
        yield nginx
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _await(nginx: Nginx, ports: list[int]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    for port in ports:
        while True:
            assert nginx.process.poll() is None, nginx.errors()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, nginx.errors()
                time.sleep(0.02)
