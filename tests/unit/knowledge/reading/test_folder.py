from pathlib import Path

import pytest

from dragoman.knowledge.reading.folder import walk_folder
from dragoman.nouns.errors import KnowledgeRefusedError, OperatorError


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    return path


def test_known_types_below_the_folder_in_order(tmp_path: Path) -> None:
    found = [put(tmp_path / name) for name in ("a.md", "b/c.PDF", "b/d/e.csv")]
    for name in ("f.exe", ".hidden.md", ".git/g.md", "~$h.docx", "__MACOSX/i.md"):
        put(tmp_path / name)
    assert walk_folder(tmp_path) == found


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    inside = put(tmp_path / "in" / "a.md")
    outside = put(tmp_path / "out" / "b.md")
    (inside.parent / "link.md").symlink_to(outside)
    (inside.parent / "folder").symlink_to(outside.parent)
    (inside.parent / "broken.md").symlink_to(tmp_path / "none.md")
    (inside.parent / "loop.md").symlink_to(inside.parent / "loop.md")
    (inside.parent / "same.md").symlink_to(inside)
    assert walk_folder(inside.parent) == [inside, inside.parent / "same.md"]


def test_too_many_are_refused(tmp_path: Path) -> None:
    for n in range(3):
        put(tmp_path / f"{n}.md")
    assert len(walk_folder(tmp_path, max_files=3)) == 3
    with pytest.raises(KnowledgeRefusedError, match="more than 2"):
        walk_folder(tmp_path, max_files=2)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no folder"):
        walk_folder(tmp_path / "none")
