"""The parts of the installation that can be tried without a package index; `bin/test` itself is the rest."""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with what a clone has that matters here."""
    root = tmp_path / "a clone"
    shutil.copytree(ROOT / "requirements", root / "requirements")
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


@pytest.fixture
def installer(clone: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("installer", clone / "requirements" / "install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stamped(installer: ModuleType, lock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it look as if `lock` had been installed by the Python that runs this."""
    binaries = installer.VENV / "bin"
    binaries.mkdir(parents=True, exist_ok=True)
    (binaries / "activate").write_text(f"VIRTUAL_ENV='{installer.VENV}'\n")
    installer.stamp(lock).write_text(installer.fingerprint(lock, sys.version))
    monkeypatch.setattr(installer.sys, "executable", str(binaries / "python"))


def test_what_is_installed_is_left_alone(installer: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not installer.is_installed("run")
    stamped(installer, "run", monkeypatch)
    assert installer.is_installed("run")
    assert not installer.is_installed("dev")


@pytest.mark.parametrize("changed", ["requirements/run.txt", "requirements/pip.txt", "pyproject.toml"])
def test_a_change_of_what_is_wanted_is_noticed(
    installer: ModuleType, clone: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    stamped(installer, "run", monkeypatch)
    with (clone / changed).open("a") as file:
        file.write("# newer\n")
    assert not installer.is_installed("run")


def test_another_python_is_noticed(installer: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    stamped(installer, "run", monkeypatch)
    monkeypatch.setattr(installer.sys, "version", "3.99")
    assert not installer.is_installed("run")


def test_an_installation_that_was_broken_off_begins_afresh(
    installer: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamped(installer, "run", monkeypatch)
    assert installer.is_sound()
    installer.UNFINISHED.touch()
    assert not installer.is_installed("run")
    assert not installer.is_sound()


def test_a_moved_environment_is_not_sound(
    installer: ModuleType, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamped(installer, "run", monkeypatch)
    (installer.VENV / "bin" / "activate").write_text("VIRTUAL_ENV='/somewhere/else/.venv'\n")
    assert not installer.is_sound()


def test_a_full_disk_is_told_before_it_is_full(
    installer: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(installer.ROOM, "run", 10**9)
    with pytest.raises(installer.InstallError, match="MB are needed"):
        installer.require_room("run")


def test_two_at_once_wait_for_each_other(
    installer: ModuleType, clone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    real = fcntl.flock

    def flock(file: object, mode: int) -> None:
        modes.append(mode)
        if mode & fcntl.LOCK_NB:
            raise BlockingIOError
        real(file, mode)  # type: ignore[arg-type]

    monkeypatch.setattr(installer.fcntl, "flock", flock)
    with installer.alone():
        pass
    assert modes == [fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_EX]
    assert "Another installation is under way" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "not the one that was locked",
        ),
        (
            "Failed to establish a new connection: [Errno -3] Temporary failure in name resolution",
            "cannot be reached",
        ),
        ("error: command '/usr/bin/g++' failed: No such file or directory", "C++ compiler"),
        ("ERROR: No matching distribution found for eldc==0.4.0", "no version of a package"),
    ],
)
def test_what_pip_says_is_put_in_a_line(installer: ModuleType, words: str, meaning: str) -> None:
    said = installer.explained(["Collecting eldc", words, "and more"])
    assert meaning in said
    assert "\n" not in said


def test_what_is_not_known_is_told_in_pips_words(installer: ModuleType) -> None:
    assert installer.explained(["ERROR: something new"]) is None
    assert installer.last_error(["Collecting x", "ERROR: something new", "hint: none"]) == "something new"


def test_without_python_one_line_says_so(clone: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "dirname").symlink_to(shutil.which("dirname") or "")
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(clone / "requirements" / "install"), "run", "true"],
        env={"PATH": str(tools)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("Dragoman needs Python 3.11 or newer")
    assert done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_told(installer: ModuleType, clone: Path) -> None:
    if os.geteuid() == 0:
        (clone / ".tools").write_text("in the way")  # root may write everywhere else
    else:
        clone.chmod(0o500)
    with pytest.raises(installer.InstallError, match="Cannot write in"), installer.alone():
        pass
    clone.chmod(0o700)


def test_the_development_lock_holds_the_other() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / "requirements" / name).read_text().splitlines()
        return {line.rstrip(" \\") for line in lines if "==" in line and not line.startswith(" ")}

    assert pins("run.txt") <= pins("dev.txt")
