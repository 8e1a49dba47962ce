"""Copying files and folders: links and holes are preserved, pipes and devices are skipped."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from bayescore.files.sparse import extents
from bayescore.files.tree import Cursor, Entry, walk

_FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file
_CHUNK_BYTES = 2**20


def copy_tree(source: Path, target: Path) -> None:
    """Copy the content of a folder into another folder and overwrite what is there.

    Nothing is written through a link.  Each file is created anew; an entry of ``target`` that has the name of
    an entry of another kind is removed first.

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
    """Copy an entry of a walk into the current folder of ``copy``; of a folder, only the folder itself."""
    try:
        if entry.is_folder:
            copy.make_folder(entry.name)
        elif entry.is_link:
            copy.link(entry.name, origin.target(entry.name))
        elif entry.is_file:
            with origin.open(entry.name) as source, copy.create(entry.name) as target:
                copy_content(source, target)
    except OSError as error:
        error.filename = error.filename or entry.name  # ENOSPC has no file name
        raise


def copy_content(source: BinaryIO, target: BinaryIO) -> None:
    """Copy an open file into a new one, with its times and its mode plus read and write for the owner.

    Blocks are shared where the file system supports it, and holes stay holes.
    """
    status = os.fstat(source.fileno())
    if not _share_blocks(source, target):
        for start, length in extents(source.fileno(), status.st_size):
            source.seek(start)
            target.seek(start)
            _copy_range(source, target, length)
        target.flush()
        if os.fstat(target.fileno()).st_size < status.st_size:
            os.ftruncate(target.fileno(), status.st_size)
    if os.utime in os.supports_fd:
        os.utime(target.fileno(), ns=(status.st_atime_ns, status.st_mtime_ns))
    if hasattr(os, "fchmod"):
        os.fchmod(target.fileno(), stat.S_IMODE(status.st_mode) & 0o777 | 0o600)


def _share_blocks(source: BinaryIO, target: BinaryIO) -> bool:
    try:
        import fcntl

        fcntl.ioctl(target.fileno(), _FICLONE, source.fileno())
    except (OSError, ImportError):  # not supported by the file system or the platform
        return False
    return True


def _copy_range(source: BinaryIO, target: BinaryIO, length: int) -> None:
    while length:
        chunk = source.read(min(_CHUNK_BYTES, length))
        if not chunk:  # truncated since
            return
        target.write(chunk)
        length -= len(chunk)
