"""Bring `.venv` to what a lock says, then become the command that needs it. Run by `requirements/install`.

Standard library only, any Python from 3.11. A stamp in `.venv` tells what was installed last: when nothing changed,
nothing is done. One run at a time; a run that was broken off leaves a mark, and the next one begins afresh.
"""

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TextIO

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / "dragoman-unfinished"
LOG = VENV / "dragoman-install.log"
# What a lock needs on disk, in MB: unpacked, plus the downloads on their way (measured: 780 and 1,200 unpacked).
ROOM = {"run": 1200, "dev": 1800}
# The development lock holds all that the other holds, in the same versions.
SATISFIES = {"run": ("run",), "dev": ("dev", "run")}


class InstallError(Exception):
    """Something that whoever runs this has to mend."""


def main(lock: str, command: list[str]) -> None:
    """Install `lock` (`run` or `dev`) where needed and become `command`, if there is one."""
    if not is_installed(lock):
        with alone():
            if not is_installed(lock):
                install(lock)
    if command:
        os.execv(command[0], command)  # noqa: S606 - the command stands in bin/


def fingerprint(lock: str, version: str) -> str:
    """Return a digest of all that decides what is in `.venv`: the locks, the project, the Python, the place."""
    digest = hashlib.sha256(f"{version}\n{ROOT}\n".encode())
    for path in (LOCKS / f"{lock}.txt", LOCKS / "pip.txt", ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stamp(lock: str) -> Path:
    """Return the file that says what was installed for `lock`."""
    return VENV / f"dragoman-{lock}.stamp"


def is_installed(lock: str) -> bool:
    """Tell whether nothing is to be done; true only when run by `.venv`'s own Python."""
    try:
        same = stamp(lock).read_text() == fingerprint(lock, sys.version)
    except OSError:
        return False
    return same and not UNFINISHED.exists() and Path(sys.executable).parent == PYTHON.parent


@contextmanager
def alone() -> Iterator[None]:
    """Hold the installation's lock; it is let go of however this process ends."""
    folder = ROOT / ".tools"
    try:
        folder.mkdir(exist_ok=True)
        held = (folder / "install.lock").open("a")
    except OSError as error:
        raise InstallError(
            f"Cannot write in {ROOT} ({error.strerror}). Run this as the folder's owner, or clone into one of your own."
        ) from None
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another installation is under way here; waiting for it.")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def install(lock: str) -> None:
    """Make `.venv` if it is not there or not usable, fill it, and stamp it."""
    version = version_of_python() if is_sound() else None
    if version is None:
        require_room(lock)
        make_venv()
        version = version_of_python()
        if version is None:
            raise InstallError(f"The Python just made in {VENV} does not run: is {host_python()} whole?")
    elif stamp_matches(
        lock, version
    ):  # this was started by another Python than `.venv`'s, or waited for another run
        return
    UNFINISHED.touch()
    fill(lock)
    for satisfied in SATISFIES[lock]:
        stamp(satisfied).write_text(fingerprint(satisfied, version))
    UNFINISHED.unlink()
    say("Installed.")


def fill(lock: str) -> None:
    """Install the locked packages, then the project itself with the build tools that are among them."""
    wanted = LOCKS / f"{lock}.txt"
    count = len(re.findall(r"^[\w.-]+==", wanted.read_text(), re.MULTILINE))
    say(f"Installing up to {count} packages into {VENV} (once; later starts skip this).")
    pip("--require-hashes", "--no-deps", "-r", str(wanted), total=count)
    pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def stamp_matches(lock: str, version: str) -> bool:
    """Tell whether `lock` is what `.venv`, whose Python is `version`, was filled with."""
    path = stamp(lock)
    return path.exists() and path.read_text() == fingerprint(lock, version)


def is_sound() -> bool:
    """Tell whether `.venv` was made here (the scripts of a moved one name the old place) and never left half-filled."""
    activate = VENV / "bin" / "activate"
    return not UNFINISHED.exists() and activate.exists() and str(VENV) in activate.read_text()


def version_of_python() -> str | None:
    """Return `sys.version` of `.venv`'s Python, or None when it is gone, too old or has no pip."""
    program = "import sys, pip; assert sys.version_info >= (3, 11); print(sys.version)"
    try:
        # -I: whatever PYTHONPATH says must not be taken for what is installed.
        asked = subprocess.run([PYTHON, "-I", "-c", program], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return asked.stdout.removesuffix("\n") if asked.returncode == 0 else None


def make_venv() -> None:
    """Make `.venv` anew, with the pip that `pip.txt` locks.

    Debian splits `ensurepip` off into python3-venv; without it the machine's own pip fetches the first one.
    """
    host = host_python()
    say(f"Making {VENV} with {host}.")
    remove(VENV)
    has_ensurepip = run_quietly([host, "-I", "-c", "import ensurepip; ensurepip.version()"]) == 0
    options = [] if has_ensurepip else ["--without-pip"]
    made = subprocess.run(
        [host, "-I", "-m", "venv", *options, str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        complaint = (made.stderr or made.stdout).strip().splitlines() or ["no word why"]
        raise InstallError(explained(complaint) or f"Cannot make {VENV}: {complaint[-1]}.")
    UNFINISHED.touch()
    if has_ensurepip:
        pip("--require-hashes", "--upgrade", "-r", str(LOCKS / "pip.txt"))
        return
    if run_quietly([host, "-I", "-m", "pip", "--version"]) != 0:
        raise InstallError(
            f"{host} has neither pip nor ensurepip: install one (Debian, Ubuntu: apt install python3-pip)."
        )
    packages = next((VENV / "lib").glob("python3.*/site-packages"))
    pip("--require-hashes", "--target", str(packages), "-r", str(LOCKS / "pip.txt"), python=host)
    # Once more by itself, so that .venv/bin/pip is there too.
    pip("--require-hashes", "--force-reinstall", "-r", str(LOCKS / "pip.txt"))


def host_python() -> str:
    """Return the Python to make `.venv` with; when this runs in `.venv` itself, the one below it."""
    if Path(sys.executable).parent != PYTHON.parent:
        return sys.executable
    return str(getattr(sys, "_base_executable", sys.executable))


def remove(folder: Path) -> None:
    """Remove what is left of an earlier `.venv`."""
    try:
        if folder.is_symlink():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise InstallError(
            f"Cannot replace {folder} ({error.strerror}). Remove it as its owner and run this again."
        ) from None


def require_room(lock: str) -> None:
    """Stop before a full disk does."""
    free = shutil.disk_usage(ROOT).free // 1_000_000
    if free < ROOM[lock]:
        raise InstallError(
            f"Not enough room on the disk of {ROOT}: {free} MB are free, {ROOM[lock]} MB are needed."
        )


def run_quietly(command: list[str]) -> int:
    """Run a command for its exit status only."""
    return subprocess.run(command, capture_output=True, check=False).returncode


def pip(*arguments: str, total: int = 0, python: str = str(PYTHON)) -> None:
    """Run `pip install`, tell how far it is, keep its words in the log, and say in one line why it failed."""
    environment = os.environ | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_NO_INPUT": "1"}
    # Options of the machine's own pip may be older than the locked one's, so this one is asked for by name only here.
    progress = ["--progress-bar", "raw"] if total else []
    command = [python, "-I", "-m", "pip", "install", "--disable-pip-version-check", *progress, *arguments]
    with LOG.open("a") as log:
        log.write(f"$ {' '.join(command)}\n")
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
        ) as process:
            try:
                lines = follow(process, log, total)
            except BaseException:
                process.terminate()
                raise
    if process.returncode != 0:
        why = explained(lines) or f"pip failed: {last_error(lines)}."
        raise InstallError(f"{why} (All of its words: {LOG})")


def follow(process: "subprocess.Popen[str]", log: TextIO, total: int) -> list[str]:
    """Read pip's lines as they come, tell what they mean, and return them."""
    lines: list[str] = []
    progress = Progress(total)
    assert process.stdout is not None
    for line in process.stdout:
        progress.see(line.strip())
        if not line.startswith("Progress "):
            log.write(line)
            lines.append(line.strip())
    progress.end()
    return lines


class Progress:
    """What pip does, as one line that changes in a terminal, as a line now and then elsewhere."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.seen = 0
        self.name = ""
        self.live = sys.stderr.isatty()

    def see(self, line: str) -> None:
        """Take one line of pip's."""
        if not self.total:
            return
        if found := re.match(r"Collecting ([\w.-]+==\S+)", line):
            self.seen += 1
            self.name = found[1].replace("==", " ")
            self.tell(f"  {self.seen}/{self.total} {self.name}")
        elif found := re.match(r"Progress (\d+) of (\d+)", line):
            done, whole = int(found[1]) / 1e6, int(found[2]) / 1e6
            self.tell(f"  {self.seen}/{self.total} {self.name}: {done:.0f} of {whole:.0f} MB")
        elif found := re.match(r"Downloading \S+ \((\d\d+\.\d MB)\)", line):
            self.tell(f"  {self.seen}/{self.total} {self.name} ({found[1]})", lasting=True)
        elif line.startswith("Building wheel for"):
            self.tell(f"  compiling {line.split()[3]}", lasting=True)
        elif line.startswith("Installing collected packages"):
            self.tell("  unpacking; this takes a minute", lasting=True)

    def tell(self, text: str, *, lasting: bool = False) -> None:
        """Show `text`; where lines cannot be changed, only if it is `lasting`."""
        if self.live:
            write(f"\r\033[K{text[: shutil.get_terminal_size().columns - 1]}")
        elif lasting:
            say(text)

    def end(self) -> None:
        """Clear the changing line."""
        if self.live:
            write("\r\033[K")


# What pip and the system say when something common is wrong, and what that means to whoever reads it.
MEANINGS = (
    (r"No space left on device|Disk quota exceeded", "The disk is full: make room and run this again."),
    (
        r"DO NOT MATCH THE HASHES",
        "A downloaded package is not the one that was locked: the package index or something on the way changed it.",
    ),
    (
        r"Failed to establish a new connection|Temporary failure in name resolution|NameResolutionError"
        r"|Network is unreachable|Connection refused|Connection to \S+ timed out|ConnectTimeoutError|ReadTimeoutError"
        r"|Connection (aborted|broken)|ProxyError|nodename nor servname",
        "The package index cannot be reached: check the network (and proxy) and run this again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "The package index's certificate is not trusted here: check the clock and the proxy.",
    ),
    (r"Permission denied", f"Cannot write in {ROOT}: run this as the folder's owner."),
    (
        r"(gcc|g\+\+|cc|c\+\+|clang)\S*'? failed|command '\S*(gcc|cc|c\+\+|g\+\+|clang)\S*'|Failed building wheel|Python\.h",
        "A package has no wheel for this machine and could not be compiled: use Python 3.11, 3.12 or 3.13, or install a "
        "C++ compiler and Python's headers (Debian, Ubuntu: apt install g++ python3-dev).",
    ),
    (
        r"No matching distribution found",
        "The package index has no version of a package that fits this machine and Python, or it could not be reached.",
    ),
)


def explained(lines: list[str]) -> str | None:
    """Return what is wrong in a sentence, if these lines of output tell something known."""
    text = "\n".join(lines)
    return next((meaning for pattern, meaning in MEANINGS if re.search(pattern, text)), None)


def last_error(lines: list[str]) -> str:
    """Return the line that most likely tells why pip failed."""
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["it said nothing"])[-1].removeprefix("ERROR: ").rstrip(".")


def say(text: str) -> None:
    """Tell whoever runs this; stdout stays for what the command prints."""
    write(f"{text}\n")


def write(text: str) -> None:
    """Write to stderr at once."""
    sys.stderr.write(text)
    sys.stderr.flush()


def fail(text: str, status: int) -> NoReturn:
    """Say one line and end."""
    say(text)
    sys.exit(status)


def stop(_signal: int, _frame: object) -> NoReturn:
    """End at SIGTERM as at Ctrl-C, taking pip along."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        main(sys.argv[1], sys.argv[2:])
    except InstallError as error:
        fail(str(error), 2)
    except KeyboardInterrupt:
        fail("\nInstallation broken off; running this again starts it afresh.", 130)
    except OSError as error:
        fail(explained([str(error)]) or f"Cannot install: {error}.", 2)
