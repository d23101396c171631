"""Office files are zip archives: what is in them is counted before a reader unpacks any of it."""

import io
import zipfile
import zlib

from dragoman.nouns.errors import KnowledgeRefusedError

_MOST_MEMBERS = 10_000
_MOST_RATIO = 200
"""Times that a large member may grow. Office's own XML grows 10 to 40 times; zlib's limit is 1,032."""
_RATIO_FROM = 5 << 20
_BLOCK = 1 << 18
# A member inside a member that would have to be unpacked itself. Embedded charts' workbooks are not read, so they may stay.
_ARCHIVES = (".zip", ".gz", ".7z", ".rar", ".bz2", ".xz", ".tar")
_ENCRYPTED = 0x1
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")


def check_archive(data: bytes, *, folder: str, unpacked_bytes: int) -> None:
    """Refuse an archive that is none, or that unpacks to more than it should.

    The directory's own sizes can lie, so every member is unpacked here, a block at a time, and counted.

    Raises:
        KnowledgeRefusedError: it is damaged, encrypted, a bomb, or has no `folder`, which is what its type has.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_directory(members, folder, unpacked_bytes)
            budget = unpacked_bytes
            for member in members:
                budget = _count(archive, member, budget)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise KnowledgeRefusedError("it is damaged; save it again") from error


def _check_directory(members: list[zipfile.ZipInfo], folder: str, unpacked_bytes: int) -> None:
    if len(members) > _MOST_MEMBERS:
        raise KnowledgeRefusedError(
            f"it holds {len(members)} files; an Office file has fewer than {_MOST_MEMBERS}"
        )
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise KnowledgeRefusedError("it is locked with a password; save it again without one")
    if any(member.filename.lower().endswith(_ARCHIVES) for member in members):
        raise KnowledgeRefusedError("it holds an archive within the archive; save it again without")
    if sum(member.file_size for member in members) > unpacked_bytes:
        raise _too_large()
    if not any(member.filename.startswith(folder) for member in members):
        raise KnowledgeRefusedError("its content is not what its type says; check its type")


def _count(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: int) -> int:
    """Unpack one member, keeping nothing, and return what is left of the budget."""
    size = 0
    with archive.open(member) as unpacked:
        while block := unpacked.read(_BLOCK):
            if (
                size == 0
                and member.filename.endswith((".xml", ".rels"))
                and any(sign in block for sign in _ENTITIES)
            ):
                raise KnowledgeRefusedError(
                    "its XML defines entities, which no Office program writes; save it again"
                )
            size += len(block)
            if size > budget or (size > _RATIO_FROM and size > _MOST_RATIO * max(1, member.compress_size)):
                raise _too_large()
    return budget - size


def _too_large() -> KnowledgeRefusedError:
    return KnowledgeRefusedError(
        "it unpacks to far more than it should (a decompression bomb); save it again, smaller"
    )
