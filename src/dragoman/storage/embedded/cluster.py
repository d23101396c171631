"""The server's files: where they lie, and how they are made the first time."""

import hashlib
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dragoman.nouns.errors import OperatorError
from dragoman.storage.embedded.account import Account
from dragoman.storage.embedded.binaries import MAJOR, programs
from dragoman.storage.embedded.log import ServerLog
from dragoman.watching.logs import logger

# The role and the database that the desk uses. The role is no superuser; nobody can log in as the one that is.
ROLE = "dragoman"
# The same everywhere, whatever the machine's locale: order by code point, letters by Unicode.
_INITDB = (
    "--username=postgres",
    "--auth=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
)
# Only over the socket, only that role, only with its password.
_HBA = f"local all {ROLE} scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A database that is ready to be served.

    Attributes:
        place: the folder that holds `data`, in the home or elsewhere; ours, and open to `account`.
        programs: the folder of the server's programs.
    """

    place: Path
    account: Account
    programs: Path
    password: str

    @property
    def data(self) -> Path:
        """What PostgreSQL calls its data directory."""
        return self.place / "data"

    @property
    def hba(self) -> Path:
        """The file that says who may connect; outside `data`, so that the server's account cannot change it."""
        return self.place / "pg_hba.conf"


def prepare(folder: Path, elsewhere: Path, log: ServerLog) -> Cluster:
    """Find the database of the home whose `folder` this is, or make it. No server may run on it.

    Args:
        folder: `<home>/postgres`: password, lock, and the data itself where the server's account can reach it.
        elsewhere: below which the data goes otherwise; the file `folder/elsewhere` then says where.
        log: takes what `initdb` has to complain of.

    Raises:
        OperatorError: the data is gone, of another major version or out of reach, or cannot be made.
    """
    place = locate(folder)
    account = Account.choose(place / "data")
    if account.switched and folder.stat().st_uid == os.geteuid():
        folder.chmod(0o755)  # password and socket in it are closed for themselves
    if not account.may("-x", place):
        if (place / "data").exists():
            raise OperatorError(
                f"PostgreSQL runs as {account.name}, which cannot reach {place}: "
                "open the folders above it (chmod o+x), or start as an ordinary user who owns the home"
            )
        place = _new_place(folder, elsewhere)
    password, lost = _password(folder)
    cluster = Cluster(place, account, programs(account, elsewhere), password)
    if not cluster.data.exists():
        _make(cluster, log)
    elif lost:
        _check_version(cluster.data)
        _alone(cluster, log, f"ALTER ROLE {ROLE} PASSWORD '{password}'")
    if place != folder:
        _write(folder / "elsewhere", f"{place}\n", 0o644)
    _write(cluster.hba, _HBA, 0o644)
    _check_version(cluster.data)
    return cluster


def locate(folder: Path) -> Path:
    """Return the place of the home's database as far as is known: `folder` itself, or where it points to.

    Raises:
        OperatorError: it points to where nothing is.
    """
    pointer = folder / "elsewhere"
    if not pointer.exists():
        return folder
    place = Path(pointer.read_text(encoding="utf-8").strip())
    if not (place / "data").is_dir():
        raise OperatorError(
            f"the database of this home is kept in {place} ({pointer} says so), which is not there: "
            "bring it back, or remove that file to begin with an empty one"
        )
    return place


def _new_place(folder: Path, elsewhere: Path) -> Path:
    """Return a fresh folder; never one left by an earlier home of the same path, whose data is not ours to show."""
    stem = hashlib.sha256(str(folder.resolve()).encode(errors="surrogateescape")).hexdigest()[:16]
    for left in elsewhere.glob(f"{stem}-*"):
        logger.warning("database_of_earlier_home", path=str(left))
    place = elsewhere / f"{stem}-{secrets.token_hex(4)}"
    try:
        place.mkdir(parents=True, mode=0o755)
        _write(place / "home", f"{folder.resolve()}\n", 0o644)
    except OSError as error:
        raise OperatorError(f"the database cannot be placed in {place}: {error.strerror or error}") from error
    return place


def _make(cluster: Cluster, log: ServerLog) -> None:
    """Make the database: aside first, so that a half-made one is never taken for whole."""
    fresh = cluster.place / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    cluster.account.own(fresh)
    _run([str(cluster.programs / "initdb"), *_INITDB, "-D", str(fresh)], "", cluster.account, log)
    _alone(
        cluster,
        log,
        "CREATE EXTENSION vector",  # needs a superuser; from template1 every database gets it
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{cluster.password}'",
        f"CREATE DATABASE {ROLE} OWNER {ROLE}",
        data=fresh,
    )
    fresh.rename(cluster.data)
    _sync(cluster.place)


def _alone(cluster: Cluster, log: ServerLog, *statements: str, data: Path | None = None) -> None:
    """Run statements as superuser, one a line, while no server runs on the data."""
    command = [
        str(cluster.programs / "postgres"),
        "--single",
        *("-D", str(data or cluster.data)),
        *("-c", "exit_on_error=on", "-c", "log_checkpoints=off", "-c", "password_encryption=scram-sha-256"),
        "template1",
    ]
    _run(command, "\n".join(statements) + "\n", cluster.account, log)


def environment() -> dict[str, str]:
    """Return the little that the server's programs need; ours may hold keys that another account must not see.

    `LC_ALL` is also what keeps macOS from starting threads in the server.
    """
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {"LC_ALL": "C", **{name: os.environ[name] for name in kept if name in os.environ}}


def _run(command: list[str], text: str, account: Account, log: ServerLog) -> None:
    before = log.size()
    with log.open() as output:
        done = subprocess.run(
            command,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=output,
            cwd="/",
            env=environment(),
            check=False,
            **account.identity(),
        )
    if done.returncode != 0:
        raise OperatorError(
            f"PostgreSQL's files cannot be made: {log.complaint(before)} (more in {log.path})"
        )


def _password(folder: Path) -> tuple[str, bool]:
    """Return the desk's password, and whether it had to be made anew."""
    path = folder / "password"
    if path.exists():
        return path.read_text(encoding="ascii").strip(), False
    password = secrets.token_urlsafe(32)
    _write(path, password + "\n", 0o600)
    return password, True


def _check_version(data: Path) -> None:
    try:
        version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except OSError as error:
        raise OperatorError(f"the database in {data} cannot be read: {error.strerror or error}") from error
    if version != str(MAJOR):
        raise OperatorError(
            f"the database in {data} was written by PostgreSQL {version}, this Dragoman brings {MAJOR}: "
            f"start the Dragoman that wrote it, `dragoman backup`, and restore with this one"
        )


def _write(path: Path, text: str, mode: int) -> None:
    """Put a small file in place whole, with this mode whatever the umask."""
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    aside.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
