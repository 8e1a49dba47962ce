"""Tar archives that are written and read by rules of our own, with every version of Python alike.

Only regular files, folders, and links that stay inside are packed and unpacked.  Python's extraction
filters are not used: some releases have none, and some have let chains of links lead outside.
"""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bayescore.files.copying import extents
from bayescore.files.tree import Cursor, Entry, Parts

_BLOCK = 512
_PIECE = 2**20
_HEADER_BYTES = 16 * 2**10  # more in one header is no name: a forged length must not fill the memory
_NAME_BYTES = 16 * 2**10
_PART_BYTES = 255
_NO_NAMES = frozenset(("", ".", ".."))
_SPARSE_BYTES = 2**20  # a file with less of holes is packed as it is
_MOST_NAMED = 100


class ArchiveError(OSError):
    """An archive that cannot be read; ``strerror`` says why."""


class Writer:
    """Packs files into a new archive.

    Parameters
    ----------
    target
        An open, empty file.
    """

    def __init__(self, target: BinaryIO) -> None:
        self._raw = target
        self._seen: dict[tuple[int, int], str] = {}

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a file with this content."""
        member = _member(name, tarfile.REGTYPE, 0o600, 0)
        self._add(member, io.BytesIO(content), [(0, len(content))], len(content))

    def add(self, name: str, entry: Entry, cursor: Cursor) -> bool:
        """Add an entry of a walk whose folder the cursor is in; whether it was one that is packed.

        A file is packed as long as it is now: it may grow or be cut short meanwhile.  Holes take no room,
        and a second name of a file is packed as such.
        """
        mode, time = entry.status.st_mode & 0o777, entry.status.st_mtime
        if entry.is_folder:
            self._header(_member(name, tarfile.DIRTYPE, mode, time), 0)
        elif entry.is_link:
            member = _member(name, tarfile.SYMTYPE, mode, time)
            member.linkname = cursor.target(entry.name)
            self._header(member, 0)
        elif entry.is_file:
            identity = (entry.status.st_dev, entry.status.st_ino)
            if entry.status.st_nlink > 1 and identity in self._seen:
                member = _member(name, tarfile.LNKTYPE, mode, time)
                member.linkname = self._seen[identity]
                self._header(member, 0)
                return True
            with cursor.open(entry.name) as content:
                size = os.fstat(content.fileno()).st_size
                self._add(_member(name, tarfile.REGTYPE, mode, time), content, extents(content, size), size)
            if entry.status.st_nlink > 1:
                self._seen[identity] = name
        else:
            return False
        return True

    def close(self) -> None:
        """Write the archive's end."""
        self._raw.write(bytes(2 * _BLOCK))

    def _add(
        self, member: tarfile.TarInfo, content: BinaryIO, data: list[tuple[int, int]], size: int
    ) -> None:
        """Write a file; one with large holes in the sparse format of GNU tar, version 1.0."""
        stored = sum(length for _, length in data)
        table = b""
        if size - stored >= _SPARSE_BYTES:
            numbers = [len(data), *(number for extent in data for number in extent)]
            table = _padded("".join(f"{number}\n" for number in numbers).encode())
            member.pax_headers = {
                "GNU.sparse.major": "1",
                "GNU.sparse.minor": "0",
                "GNU.sparse.name": member.name,
                "GNU.sparse.realsize": str(size),
            }
        else:
            data, stored = [(0, size)], size
        self._header(member, len(table) + stored)
        self._raw.write(table)
        for start, length in data:
            content.seek(start)
            _copy(content, self._raw, length)
        self._raw.write(bytes(-stored % _BLOCK))

    def _header(self, member: tarfile.TarInfo, size: int) -> None:
        member.size = size
        self._raw.write(member.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))


def _member(name: str, kind: bytes, mode: int, time: float) -> tarfile.TarInfo:
    """A header that names no account: the same bytes whoever packs the same files."""
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.mtime = kind, mode, int(time)
    return member


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % _BLOCK)


def _copy(source: BinaryIO, target: BinaryIO, length: int) -> None:
    """Copy exactly so many bytes; what is missing at the end is zeros."""
    while length:
        piece = source.read(min(_PIECE, length))
        if not piece:
            piece = bytes(min(_PIECE, length))
        target.write(piece)
        length -= len(piece)


@dataclass(frozen=True)
class Unpacked:
    """What came of unpacking; of names the first hundred.

    Attributes
    ----------
    left_out
        Links that lead outside, and what is no file, folder or link.
    refused
        Names that lead outside or were not accepted.
    """

    files: int
    left_out: tuple[str, ...]
    refused: tuple[str, ...]


def unpack(
    source: Path,
    target: Path,
    *,
    accept: Callable[[Parts], bool] = lambda _parts: True,
    base: Callable[[Parts], int | None] = lambda _parts: 0,
    told: Callable[[int], None] = lambda _offset: None,
) -> Unpacked:
    """Unpack an archive into a folder that is there.

    Each member is written anew, at a place that is reached without following a link.  What is no regular
    file, folder or link is left out, and so is a name that leads outside.  Links are made at the end, and
    only those that cannot lead out of the folder.

    Parameters
    ----------
    accept
        Whether a member of this name (its parts) is wanted.
    base
        How many folders above a link make the place that it must stay in; ``None`` where no link may be.
    told
        Called with the bytes of the archive that are read.

    Raises
    ------
    ArchiveError
        When it is no archive, or ends too early.
    OSError
        When it cannot be read, or something cannot be written.
    """
    links: list[tuple[Parts, str]] = []
    left_out: list[str] = []
    refused: list[str] = []
    files = 0
    with source.open("rb") as raw, Cursor(target) as cursor:
        for member in _members(raw):
            told(member.offset)
            parts = _parts(member.name)
            if parts is None or not accept(parts):
                refused.append(member.name)
            elif member.isdir():
                cursor.go(parts, make=True)
                cursor.set_mode(member.mode & 0o777 | 0o700)
            elif member.isreg():
                cursor.go(parts[:-1], make=True)
                with cursor.create(parts[-1]) as written:
                    _write(member, raw, written)
                files += 1
            elif member.issym():
                above = base(parts)
                if above is not None and _stays_inside(len(parts) - 1 - above, member.linkname):
                    links.append((parts, member.linkname))
                else:
                    left_out.append(member.name)
            elif not (member.islnk() and _second_name(cursor, parts, member.linkname)):
                left_out.append(member.name)
            del left_out[_MOST_NAMED:], refused[_MOST_NAMED:]
        for parts, link in links:
            cursor.go(parts[:-1], make=True)
            cursor.link(parts[-1], link)
    return Unpacked(files, tuple(left_out), tuple(refused))


def first_file(source: Path, name: str, limit: int) -> bytes | None:
    """Content of an archive's first member, if it is a regular file of that name and not too large.

    Raises
    ------
    ArchiveError
        When it is no archive.
    OSError
        When it cannot be read.
    """
    with source.open("rb") as raw:
        member = next(_members(raw), None)
        if member is None or member.name != name or not member.isreg() or not 0 <= member.size <= limit:
            return None
        raw.seek(member.offset_data)
        return raw.read(member.size)


class _Headers(io.RawIOBase):
    """What the reader of headers sees of a file: no single reading is larger than a header may be."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._raw.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._raw.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _HEADER_BYTES:
            raise ArchiveError(0, "a header is too long")
        return self._raw.read(size)


def _members(raw: BinaryIO) -> Iterator[tarfile.TarInfo]:
    """Headers of an uncompressed archive, one by one; none is kept."""
    size = os.fstat(raw.fileno()).st_size
    try:
        archive = tarfile.open(fileobj=_Headers(raw), mode="r:")  # noqa: SIM115  closing it closes nothing
        while (member := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]
            if member.isreg() and member.offset_data + _stored(member) > size:
                raise ArchiveError(0, "it ends too early")
            yield member
    except (tarfile.TarError, ValueError, IndexError, EOFError, OverflowError, RecursionError) as error:
        raise ArchiveError(0, f"it is damaged ({error})") from None


def _data_of(member: tarfile.TarInfo) -> list[tuple[int, int]]:
    """Where a file has data, as offset and length; its type stubs do not know what ``sparse`` holds."""
    sparse: Any = member.sparse
    return [(0, member.size)] if sparse is None else list(sparse)


def _stored(member: tarfile.TarInfo) -> int:
    """Bytes of a file's data in the archive."""
    data = _data_of(member)
    if any(start < 0 or length < 0 or start + length > member.size for start, length in data):
        raise ArchiveError(0, "a file is damaged")
    return sum(length for _, length in data)


def _write(member: tarfile.TarInfo, raw: BinaryIO, target: BinaryIO) -> None:
    raw.seek(member.offset_data)
    for start, length in _data_of(member):
        target.seek(start)
        _copy(raw, target, length)
    target.flush()
    if os.fstat(target.fileno()).st_size < member.size:
        os.ftruncate(target.fileno(), member.size)
    if hasattr(os, "fchmod"):
        os.fchmod(target.fileno(), member.mode & 0o777 | 0o600)
    if os.utime in os.supports_fd:
        with suppress(OverflowError, OSError):
            os.utime(target.fileno(), (member.mtime, member.mtime))


def _parts(name: str) -> Parts | None:
    """Names of a path below the archive's root; ``None`` for what could lead elsewhere."""
    if len(name) > _NAME_BYTES or "\0" in name or name.startswith("/"):
        return None
    parts = tuple(name.rstrip("/").split("/"))
    if not _NO_NAMES.isdisjoint(parts) or any(len(os.fsencode(part)) > _PART_BYTES for part in set(parts)):
        return None
    if os.name == "nt" and any(set(part) & set('\\:*?"<>|') for part in parts):
        return None
    return parts


def _stays_inside(depth: int, target: str) -> bool:
    """Whether a link in a folder so deep below a place can lead no further up than to that place.

    Where ``..`` comes first only, it counts from the folder that the link really is in; each further link
    on the way obeys the same rule.
    """
    parts = [part for part in target.split("/") if part not in ("", ".")]
    up = 0
    while up < len(parts) and parts[up] == "..":
        up += 1
    return bool(target) and not target.startswith("/") and up <= depth and ".." not in parts[up:]


def _second_name(cursor: Cursor, parts: Parts, name: str) -> bool:
    """Give a file that was unpacked before a second name; whether there is such a file."""
    first = _parts(name)
    if first is None or first == parts:
        return False
    try:
        with Cursor(cursor.root) as origin:
            origin.go(first[:-1])
            if not stat.S_ISREG(origin.status(first[-1]).st_mode):
                return False
            cursor.go(parts[:-1], make=True)
            cursor.second_name(parts[-1], origin, first[-1])
    except OSError:
        return False
    return True
