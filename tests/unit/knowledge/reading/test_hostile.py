"""What is made to do harm is refused with a reason, while the desk goes on and its memory stays as it was."""

import asyncio
import os
import time
from pathlib import Path

import psutil
import pytest

from dragoman.knowledge.reading.base import MEGABYTE, ReadLimits
from dragoman.knowledge.reading.read import read_document
from dragoman.nouns.errors import KnowledgeRefusedError, OperatorError

from .documents import bomb, docx, locked_pdf, locked_zip, lying_bomb, pdf, sparse_xlsx, zipped

LIMITS = ReadLimits(seconds=20)
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)

REFUSED: dict[str, tuple[str, bytes, str]] = {
    "bomb": ("a.docx", bomb(80 * MEGABYTE), "decompression bomb"),
    "large bomb": ("a.docx", bomb(300 * MEGABYTE), "decompression bomb"),
    "lying bomb": ("a.docx", lying_bomb(80 * MEGABYTE), "damaged|decompression bomb"),
    "nested archive": (
        "a.docx",
        docx([(0, "x")], more={"word/embeddings/a.zip": zipped({"b": "c"})}),
        "archive within",
    ),
    "many members": ("a.docx", docx([(0, "x")], more={f"word/{n}": "" for n in range(10_001)}), "files"),
    "entities": ("a.docx", docx([(0, "&b;")], before=LAUGHS), "entities"),
    "sparse sheet": ("a.xlsx", sparse_xlsx(), "memory"),
    "nested divs": ("a.html", b"<div>" * 100_000 + b"x", "nested too deeply"),
    "broken pdf": ("a.pdf", b"%PDF-1.7\n" + os.urandom(2000), "damaged"),
    "cut pdf": ("a.pdf", pdf(["x"])[:200], "damaged"),
    "locked pdf": ("a.pdf", locked_pdf(), "password"),
    "locked office": ("a.docx", OLE, "password"),
    "locked zip": ("a.xlsx", locked_zip(), "password"),
    "broken zip": ("a.docx", docx([(0, "x")])[:300], "damaged"),
    "word as sheet": ("a.xlsx", docx([(0, "x")]), "not what its type says"),
    "pdf as word": ("a.docx", pdf(["x"]), "no Office file"),
    "zip as text": ("a.txt", docx([(0, "x")]), "not text as its name says"),
    "program as page": ("a.html", b"\x7fELF" + bytes(100), "not html as its name says"),
    "noise as text": ("a.md", bytes(range(32)) * 50, "no text"),
    "text as pdf": ("a.pdf", b"Hello.", "no PDF"),
    "empty": ("a.txt", b"", "it is empty"),
    "blank": ("a.md", b"---\ntitle: x\n---\n\n<!-- nothing -->\n", "no text in it"),
    "blank pdf": ("a.pdf", pdf([]), "OCR"),
    "header only": ("a.csv", b"question,answer\n", "no text in it"),
    "unknown type": ("a.exe", b"x", r"\(\.exe\) cannot be read"),
    "no type": ("README", b"x", "cannot be read"),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_is_refused_in_one_line_that_names_it(kind: str) -> None:
    name, data, reason = REFUSED[kind]
    with pytest.raises(KnowledgeRefusedError, match=reason) as refused:
        await read_document(data, name=name, limits=LIMITS)
    assert isinstance(refused.value, OperatorError)
    assert str(refused.value).startswith(f"{name}: ")
    assert "\n" not in str(refused.value)


async def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(KnowledgeRefusedError, match="larger than 50 MB"):
        await read_document(path, name="huge.pdf")


async def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeRefusedError, match="no such file"):
        await read_document(tmp_path / "none.txt", name="none.txt")


async def test_too_much_text_is_refused() -> None:
    with pytest.raises(KnowledgeRefusedError, match="more than 1,000 characters"):
        await read_document(b"a b " * 1000, name="a.txt", limits=ReadLimits(text_chars=1000))


async def test_the_deadline_ends_the_reader_and_nothing_is_left_of_it() -> None:
    before = {child.pid for child in psutil.Process().children()}
    slow = b"# a\n\n" + b"[" * 2_000_000
    with pytest.raises(KnowledgeRefusedError, match=r"longer than 0\.2 s"):
        await read_document(slow, name="slow.md", limits=ReadLimits(seconds=0.2))
    assert {child.pid for child in psutil.Process().children()} <= before


async def test_a_reader_whose_caller_goes_away_is_ended() -> None:
    before = {child.pid for child in psutil.Process().children()}
    reading = asyncio.create_task(read_document(b"[" * 2_000_000, name="slow.md"))
    while {child.pid for child in psutil.Process().children()} <= before:  # noqa: ASYNC110 - a process, no event of ours
        await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert {child.pid for child in psutil.Process().children()} <= before


async def test_the_desk_goes_on_and_its_memory_stays() -> None:
    """Ten bombs and monsters at work; the loop is never held up for long, and nothing of theirs is kept here."""
    kinds = ["bomb", "large bomb", "sparse sheet", "nested divs", "broken pdf"]
    memory = psutil.Process().memory_info().rss
    longest = 0.0
    done = asyncio.Event()

    async def beat() -> None:
        nonlocal longest
        while not done.is_set():
            before = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - before)

    beating = asyncio.create_task(beat())
    for kind in kinds:
        name, data, _ = REFUSED[kind]
        with pytest.raises(KnowledgeRefusedError):
            await read_document(data, name=name, limits=LIMITS)
    done.set()
    await beating
    assert longest < 1.0
    assert psutil.Process().memory_info().rss - memory < 64 * MEGABYTE


async def test_what_breaks_beside_the_reading_is_raised_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(pid: int) -> int:
        raise OSError(f"no look at {pid}")

    monkeypatch.setattr("dragoman.knowledge.reading.read._memory", broken)
    with pytest.raises(OSError, match="no look at"):
        await read_document(b"# Hours\n\nFrom 9.", name="a.md")
