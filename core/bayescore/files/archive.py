"""Writing and safely extracting tar archives, in the same way with every version of Python.

Only regular files, folders, and links that stay inside are packed and extracted.  Python's extraction
filters are not used: some releases lack them, and in others chains of links could lead outside.
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

from bayescore.files.sparse import extents
from bayescore.files.tree import Cursor, Entry, Parts

_BLOCK = 512
_CHUNK_BYTES = 2**20
_HEADER_BYTES = 16 * 2**10  # a forged length must not exhaust the memory
_NAME_BYTES = 16 * 2**10
_PART_BYTES = 255  # of one name in a path
_NOT_NAMES = frozenset(("", ".", ".."))
_SPARSE_BYTES = 2**20  # a file with fewer bytes in holes is not stored as sparse
_MAX_LISTED = 100


class ArchiveError(OSError):
    """An archive that cannot be read; ``strerror`` is the reason, for the user."""


class Writer:
    """Writes an archive.

    Parameters
    ----------
    target
        An open, empty file.
    """

    def __init__(self, target: BinaryIO) -> None:
        self._raw = target
        self._names: dict[tuple[int, int], str] = {}

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a file."""
        member = _member(name, tarfile.REGTYPE, 0o600, 0)
        self._add(member, io.BytesIO(content), [(0, len(content))], len(content))

    def add(self, name: str, entry: Entry, cursor: Cursor) -> None:
        """Add an entry of the cursor's folder; pipes, sockets and devices are skipped.

        A file is stored with its current size, even if it grows or is truncated meanwhile.  Holes are not
        stored, and further hard links to a file are stored as links.
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
            if entry.status.st_nlink > 1 and identity in self._names:
                member = _member(name, tarfile.LNKTYPE, mode, time)
                member.linkname = self._names[identity]
                self._header(member, 0)
                return
            with cursor.open(entry.name) as content:
                size = os.fstat(content.fileno()).st_size
                self._add(
                    _member(name, tarfile.REGTYPE, mode, time), content, extents(content.fileno(), size), size
                )
            if entry.status.st_nlink > 1:
                self._names[identity] = name

    def close(self) -> None:
        """Write the end of the archive."""
        self._raw.write(bytes(2 * _BLOCK))

    def _add(
        self, member: tarfile.TarInfo, content: BinaryIO, data: list[tuple[int, int]], size: int
    ) -> None:
        """Write a file; one with large holes is stored in the GNU sparse format, version 1.0."""
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
    """A header without owner, so that the archive does not depend on who writes it."""
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.mtime = kind, mode, int(time)
    return member


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % _BLOCK)


def _copy(source: BinaryIO, target: BinaryIO, length: int) -> None:
    """Copy exactly ``length`` bytes; a shorter source is padded with zeros."""
    while length:
        chunk = source.read(min(_CHUNK_BYTES, length))
        if not chunk:
            chunk = bytes(min(_CHUNK_BYTES, length))
        target.write(chunk)
        length -= len(chunk)


@dataclass(frozen=True)
class Unpacked:
    """Result of :func:`unpack`; lists of names are cut to the first hundred.

    Attributes
    ----------
    left_out
        Links to outside, and members that are not a file, folder or link.
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
    link_depth: Callable[[Parts], int | None] = lambda _parts: 0,
    progress: Callable[[int], None] = lambda _offset: None,
) -> Unpacked:
    """Extract an archive into an existing folder.

    Nothing is written through a link.  Members that are not a regular file, folder or link are left out, and
    so are names that lead outside.  Links are created last, and only if they cannot lead out of the folder.

    Parameters
    ----------
    accept
        Whether to extract a member with this path.
    link_depth
        For the path of a link, the number of leading parts that name the folder it must stay in; ``None``
        where links are not allowed.
    progress
        Called with the number of bytes read.

    Raises
    ------
    ArchiveError
        When the file is not an archive, or is truncated.
    OSError
        When the archive cannot be read, or a file cannot be written.
    """
    links: list[tuple[Parts, str]] = []
    left_out: list[str] = []
    refused: list[str] = []
    files = 0
    with source.open("rb") as raw, Cursor(target) as cursor:
        for member in _members(raw):
            progress(member.offset)
            parts = _safe_parts(member.name)
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
                depth = link_depth(parts)
                if depth is not None and _stays_inside(len(parts) - 1 - depth, member.linkname):
                    links.append((parts, member.linkname))
                else:
                    left_out.append(member.name)
            elif not (member.islnk() and _hard_link(cursor, parts, member.linkname)):
                left_out.append(member.name)
            del left_out[_MAX_LISTED:], refused[_MAX_LISTED:]
        for parts, link in links:
            cursor.go(parts[:-1], make=True)
            cursor.link(parts[-1], link)
    return Unpacked(files, tuple(left_out), tuple(refused))


def first_file(source: Path, name: str, limit: int) -> bytes | None:
    """Content of the first member, if it is a regular file of that name and not larger than ``limit`` bytes.

    Raises
    ------
    ArchiveError
        When the file is not an archive.
    OSError
        When the file cannot be read.
    """
    with source.open("rb") as raw:
        member = next(_members(raw), None)
        if member is None or member.name != name or not member.isreg() or not 0 <= member.size <= limit:
            return None
        raw.seek(member.offset_data)
        return raw.read(member.size)


class _Headers(io.RawIOBase):
    """The file as ``tarfile`` reads headers from it: a single read is limited to the size of a header."""

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
    """Headers of an uncompressed archive, one at a time; none is kept in memory."""
    size = os.fstat(raw.fileno()).st_size
    try:
        archive = tarfile.open(fileobj=_Headers(raw), mode="r:")  # noqa: SIM115  it owns no file
        while (member := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]
            if member.isreg() and member.offset_data + _stored(member) > size:
                raise ArchiveError(0, "it ends too early")
            yield member
    except (tarfile.TarError, ValueError, IndexError, EOFError, OverflowError, RecursionError) as error:
        raise ArchiveError(0, f"it is damaged ({error})") from None


def _data_of(member: tarfile.TarInfo) -> list[tuple[int, int]]:
    """Offset and length of each run of data; the type stubs lack the type of ``sparse``."""
    sparse: Any = member.sparse
    return [(0, member.size)] if sparse is None else list(sparse)


def _stored(member: tarfile.TarInfo) -> int:
    """Number of bytes that a file occupies in the archive."""
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


def _safe_parts(name: str) -> Parts | None:
    """Parts of a relative path; ``None`` for a path that could lead outside."""
    if len(name) > _NAME_BYTES or "\0" in name or name.startswith("/"):
        return None
    parts = tuple(name.rstrip("/").split("/"))
    if not _NOT_NAMES.isdisjoint(parts) or any(len(os.fsencode(part)) > _PART_BYTES for part in set(parts)):
        return None
    if os.name == "nt" and any(set(part) & set('\\:*?"<>|') for part in parts):
        return None
    return parts


def _stays_inside(depth: int, target: str) -> bool:
    """Whether a link in a folder ``depth`` levels below a root cannot lead above the root.

    ``..`` may only come first: there it counts from the folder that contains the link, and every link on the
    path obeys the same rule.
    """
    parts = [part for part in target.split("/") if part not in ("", ".")]
    up = 0
    while up < len(parts) and parts[up] == "..":
        up += 1
    return bool(target) and not target.startswith("/") and up <= depth and ".." not in parts[up:]


def _hard_link(cursor: Cursor, parts: Parts, name: str) -> bool:
    """Create a hard link to a file that was extracted before; whether there is such a file."""
    first = _safe_parts(name)
    if first is None or first == parts:
        return False
    try:
        with Cursor(cursor.root) as origin:
            origin.go(first[:-1])
            if not stat.S_ISREG(origin.status(first[-1]).st_mode):
                return False
            cursor.go(parts[:-1], make=True)
            cursor.hard_link(parts[-1], origin, first[-1])
    except OSError:
        return False
    return True
