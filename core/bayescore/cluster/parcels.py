"""Folders as tar files (parcels), to be sent between machines in parts."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from bayescore.files import archive as archives
from bayescore.files import create, random_name, remove_tree
from bayescore.files.tree import Cursor, Entry, walk
from bayescore.files.writing import write_at

PART_BYTES = 4 * 2**20
CONTENT = "content"  # name of what was packed by stream()


def pack(folder: Path, parcel: Path, pattern: str = "*", limit: int | None = None) -> int:
    """Pack a folder's files; the size of the parcel in bytes, or -1 if the files exceed ``limit``.

    Parameters
    ----------
    pattern
        Which files, by their path below the folder or their name (``*.pt``, ``models/*``).
    """
    with Cursor(folder) as cursor:
        chosen = [entry for entry in walk(cursor) if _is_wanted(entry, pattern)]
        if limit is not None and sum(entry.disk_bytes for entry in chosen) > limit:
            return -1
        partial = parcel.with_name(random_name(parcel.name))
        try:
            with create(partial, 0o600) as raw:
                writer = archives.Writer(raw)
                for entry in chosen:
                    cursor.go(entry.folder)
                    writer.add(entry.path, entry, cursor)
                writer.close()
            partial.replace(parcel)
        finally:
            partial.unlink(missing_ok=True)
    return parcel.stat().st_size


class _Parts(io.RawIOBase):
    """A file to write to that delivers what is written in parts.

    Parameters
    ----------
    deliver
        Called with the offset and the bytes of each part but the last.
    """

    def __init__(self, deliver: Callable[[int, bytes], None]) -> None:
        self._deliver = deliver
        self._held = bytearray()
        self.offset = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        while len(self._held) > PART_BYTES:
            self._deliver(self.offset, bytes(self._held[:PART_BYTES]))
            self.offset += PART_BYTES
            del self._held[:PART_BYTES]
        return len(data)

    def rest(self) -> bytes:
        return bytes(self._held)


def stream(source: Path, deliver: Callable[[int, bytes, bool], None]) -> None:
    """Pack a file or folder as :data:`CONTENT` without storing the parcel.

    Parameters
    ----------
    deliver
        Called with the offset and the bytes of each part, and whether it is the last.
    """
    parts = _Parts(lambda offset, part: deliver(offset, part, False))
    writer = archives.Writer(parts)  # type: ignore[arg-type]
    with Cursor(source.parent) as cursor:
        first = Entry((), source.name, cursor.status(source.name))
        writer.add(CONTENT, first, cursor)
    if first.is_folder:
        with Cursor(source) as cursor:
            for entry in walk(cursor):
                writer.add(f"{CONTENT}/{entry.path}", entry, cursor)
    writer.close()
    deliver(parts.offset, parts.rest(), True)


def fingerprint(source: Path) -> str:
    """SHA-256 of a path and the names, sizes and times of the files below it; their content is not read."""
    digest = hashlib.sha256(os.fsencode(source))
    with Cursor(source.parent) as cursor:
        first = Entry((), source.name, cursor.status(source.name))
    entries: Iterable[Entry] = [first]
    if first.is_folder:
        with Cursor(source) as cursor:
            entries = list(walk(cursor))
    for entry in entries:
        status = entry.status
        digest.update(os.fsencode(f"\0{entry.path}\0{status.st_mode} {status.st_size} {status.st_mtime_ns}"))
    return digest.hexdigest()


def _is_wanted(entry: Entry, pattern: str) -> bool:
    if pattern == "*":
        return True
    return entry.is_file and (fnmatch(entry.path, pattern) or fnmatch(entry.name, pattern))


def digest(parcel: Path) -> str:
    """SHA-256 of a parcel."""
    with parcel.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_part(parcel: Path, offset: int, part: bytes) -> None:
    """Write a part at its offset; a part may be sent twice."""
    parcel.parent.mkdir(parents=True, exist_ok=True)
    write_at(parcel, offset, part)


def unpack(parcel: Path, target: Path) -> None:
    """Unpack into a folder that is created atomically; nothing is written outside it."""
    partial = target.with_name(f"{target.name}.partial")
    remove_tree(partial)
    merge(parcel, partial)
    partial.replace(target)


def merge(parcel: Path, folder: Path) -> None:
    """Unpack into an existing folder; see :func:`bayescore.files.archive.unpack` for what is skipped."""
    folder.mkdir(parents=True, exist_ok=True)
    archives.unpack(parcel, folder)
