"""Copying files and folders: links stay links, pipes and devices stay behind, holes stay holes."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from bayescore.files.tree import Cursor, Entry, walk

_FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file
_PIECE = 2**20


def copy_tree(source: Path, target: Path) -> None:
    """Copy what is in a folder into another one, over what is there.

    Nothing is written through a link of either folder: a link, a file or a folder of ``target`` that stands
    in the way of something else is removed, and each file is a new one.

    Raises
    ------
    OSError
        When something cannot be read or written.
    """
    with Cursor(source) as origin, Cursor(target) as copy:
        for entry in walk(origin):
            copy.go(entry.folder, make=True)
            copy_entry(entry, origin, copy)


def copy_entry(entry: Entry, origin: Cursor, copy: Cursor) -> None:
    """Copy one entry of a walk into the folder that ``copy`` is in; a folder without its content."""
    try:
        if entry.is_folder:
            copy.make_folder(entry.name)
        elif entry.is_link:
            copy.link(entry.name, origin.target(entry.name))
        elif entry.is_file:
            with origin.open(entry.name) as source, copy.create(entry.name) as target:
                copy_content(source, target)
    except OSError as error:
        error.filename = error.filename or entry.name  # a full disk names no file
        raise


def copy_content(source: BinaryIO, target: BinaryIO) -> None:
    """Copy an open file into a new one, with its times and its mode; its owner can always read and write it.

    Blocks are shared where the file system can, and holes are not filled.
    """
    status = os.fstat(source.fileno())
    if not _shared(source, target):
        for start, length in extents(source, status.st_size):
            source.seek(start)
            target.seek(start)
            _copy_piece(source, target, length)
        target.flush()
        if os.fstat(target.fileno()).st_size < status.st_size:
            os.ftruncate(target.fileno(), status.st_size)
    if os.utime in os.supports_fd:
        os.utime(target.fileno(), ns=(status.st_atime_ns, status.st_mtime_ns))
    if hasattr(os, "fchmod"):
        os.fchmod(target.fileno(), stat.S_IMODE(status.st_mode) & 0o777 | 0o600)


def extents(file: BinaryIO, size: int) -> list[tuple[int, int]]:
    """Where a file has data, as offset and length; what lies between is zeros that take no room."""
    if not hasattr(os, "SEEK_DATA"):
        return [(0, size)] if size else []
    found: list[tuple[int, int]] = []
    end = 0
    while end < size:
        try:
            start = os.lseek(file.fileno(), end, os.SEEK_DATA)
            end = min(os.lseek(file.fileno(), start, os.SEEK_HOLE), size)
        except OSError as error:
            if error.errno == errno.ENXIO:  # a hole up to the end
                break
            return [(0, size)]
        if end > start:
            found.append((start, end - start))
    return found


def _shared(source: BinaryIO, target: BinaryIO) -> bool:
    try:
        import fcntl

        fcntl.ioctl(target.fileno(), _FICLONE, source.fileno())
    except (OSError, ImportError):  # no such file system, or Windows
        return False
    return True


def _copy_piece(source: BinaryIO, target: BinaryIO, length: int) -> None:
    while length:
        piece = source.read(min(_PIECE, length))
        if not piece:  # it was cut short meanwhile
            return
        target.write(piece)
        length -= len(piece)
