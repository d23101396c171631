"""Under which account the server runs: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypedDict

from dragoman.nouns.errors import OperatorError

# An operator who wants the server apart from everything else makes the first; the second is on every Unix.
_PREFERRED = ("dragoman", "nobody")


class Identity(TypedDict, total=False):
    """Arguments of `subprocess` that say as whom to run."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server runs as. `switched` is False where that is simply whoever started us."""

    name: str
    uid: int
    gid: int
    switched: bool

    @classmethod
    def choose(cls, data: Path) -> Self:
        """Return our own account, or, as root, the owner of `data`, else a stable unprivileged one.

        Raises:
            OperatorError: we are not root and `data` belongs to somebody else, or there is no account to use.
        """
        owner = data.stat().st_uid if data.exists() else None
        if os.geteuid() != 0:
            return cls._ourselves(data, owner)
        if owner:
            return cls._of(_entry(owner))
        for name in _PREFERRED:
            try:
                return cls._of(pwd.getpwnam(name))
            except KeyError:
                continue
        raise OperatorError(
            "PostgreSQL does not run as root and this machine has no account `nobody`: "
            "make one (useradd --system dragoman), or start as an ordinary user"
        )

    @classmethod
    def _ourselves(cls, data: Path, owner: int | None) -> Self:
        if owner is not None and owner != os.geteuid():
            raise OperatorError(
                f"the database in {data} belongs to another account ({_name(owner)}): start as root or as that account"
            )
        return cls(_name(os.geteuid()), os.geteuid(), os.getegid(), switched=False)

    @classmethod
    def _of(cls, entry: pwd.struct_passwd) -> Self:
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, switched=True)

    def identity(self) -> Identity:
        """Return the arguments that make `subprocess` run a program as this account, without our groups."""
        return Identity(user=self.uid, group=self.gid, extra_groups=[]) if self.switched else Identity()

    def own(self, folder: Path) -> None:
        """Give `folder`, one of ours, to this account."""
        if self.switched:
            os.chown(folder, self.uid, self.gid)

    def may(self, what: str, path: Path) -> bool:
        """Tell whether this account may read (`-r`) a file or enter (`-x`) a folder.

        Asked of the system itself, as that account, since modes alone do not tell of access lists and mounts.
        """
        if not self.switched:
            return True
        return _exit_status(["/bin/sh", "-c", f'test {what} "$1"', "sh", str(path)], self) == 0

    def runs(self, program: Path) -> bool:
        """Tell whether this account can start `program`, its libraries included."""
        return _exit_status([str(program), "--version"], self) == 0


def _exit_status(command: list[str], account: Account) -> int:
    try:
        return subprocess.run(
            command, cwd="/", capture_output=True, check=False, **account.identity()
        ).returncode
    except OSError:
        return -1


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        # A container may run as a number that no account has; it is as good as a name.
        return pwd.struct_passwd((str(uid), "x", uid, uid, "", "/", "/bin/sh"))


def _name(uid: int) -> str:
    return _entry(uid).pw_name
