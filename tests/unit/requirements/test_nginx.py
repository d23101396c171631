"""How the tests come by an nginx."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "requirements" / "nginx.py"


@pytest.fixture
def fetching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the script, on a machine that has neither nginx nor apt."""
    spec = importlib.util.spec_from_file_location("fetching_nginx", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path / "nginx")
    monkeypatch.setattr(module.shutil, "which", lambda _name, path=None: None)
    return module


def program_at(folder: Path, status: int) -> Path:
    program = folder / "nginx" / "usr" / "sbin" / "nginx"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\nexit {status}\n")
    program.chmod(0o755)
    return program


def test_what_cannot_be_had_is_said_in_one_line(
    fetching: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    fetching.main()
    (line,) = capsys.readouterr().err.splitlines()
    assert "install it" in line


def test_what_was_unpacked_is_used_again(
    fetching: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = program_at(tmp_path, 0)
    assert fetching.program() == program
    fetching.main()
    assert capsys.readouterr().err == ""


def test_one_that_does_not_run_is_none(fetching: ModuleType, tmp_path: Path) -> None:
    program_at(tmp_path, 127)
    assert fetching.program() is None
