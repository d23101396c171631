"""Give the tests an nginx. Run by `bin/test` with `.venv`'s Python.

The one of the system where there is one, else Debian's or Ubuntu's package unpacked into `.cache/nginx`: it is not
installed, so that no service starts on the machine and no root is needed. What cannot be had is said in one line; the
tests that need it then fail, they are not skipped.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / ".cache" / "nginx"
# The program's own package: Debian and newer Ubuntus; older Ubuntus.
PACKAGES = ("nginx", "nginx-core")


def main() -> None:
    """Fetch what is missing."""
    if program() is not None:
        return
    if shutil.which("apt-get") and shutil.which("dpkg-deb"):
        say("Fetching nginx with apt, for the tests only.")
        if any(unpacked(package) for package in PACKAGES) or (update() and any(map(unpacked, PACKAGES))):
            return
    say(
        "No nginx for the tests of deploy/nginx: install it (Debian: apt install nginx; macOS: brew install nginx) and run this again."
    )


def program() -> Path | None:
    """Return an nginx that runs: the system's, or the one unpacked here."""
    # Debian keeps it where an ordinary user's PATH does not lead.
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    found = [shutil.which("nginx", path=path), FOLDER / "usr" / "sbin" / "nginx"]
    return next((Path(one) for one in found if one and runs(Path(one))), None)


def runs(nginx: Path) -> bool:
    """Tell whether the program and its libraries are there."""
    try:
        return subprocess.run([nginx, "-v"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def unpacked(package: str) -> bool:
    """Unpack a package; False where it cannot be had or holds no nginx that runs."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)  # apt fetches under an account of its own
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if subprocess.run(["apt-get", "download", package], cwd=folder, check=False, **quiet).returncode:
            return False
        FOLDER.mkdir(parents=True, exist_ok=True)
        for archive in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", archive, FOLDER], check=False, **quiet)
    return program() is not None


def update() -> bool:
    """Renew apt's lists, which a fresh container lacks; False where that is not possible."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if sudo and not shutil.which("sudo"):
        return False
    return (
        subprocess.run([*sudo, "apt-get", "update"], stdout=subprocess.DEVNULL, check=False).returncode == 0
    )


def say(text: str) -> None:
    """Tell whoever runs this."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
