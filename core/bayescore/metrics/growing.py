"""Files that a program appends to: whether they only grew since they were read, and their new bytes.

A :class:`Place` of such a file has the number of the file (``file``), the bytes that were read (``at``) and a
digest of the last of them (``tail``): a file that was truncated, rewritten or replaced has other bytes there.
"""

from __future__ import annotations

import hashlib
import os
from typing import BinaryIO

from bayescore.metrics.part import Place

_TAIL_BYTES = 256


def is_continued(opened: BinaryIO, place: Place) -> bool:
    """Whether a file has the bytes before ``place`` that were read from it."""
    at = place.number("at")
    return os.fstat(opened.fileno()).st_size >= at and tail_at(opened, at) == place.word("tail")


def tail_at(opened: BinaryIO, at: int) -> str:
    """Digest of the bytes before an offset."""
    return digest(read_at(opened, max(0, at - _TAIL_BYTES), min(at, _TAIL_BYTES)))


def read_at(opened: BinaryIO, at: int, most: int) -> bytes:
    """Bytes from an offset."""
    opened.seek(at)
    return opened.read(most)


def digest(content: bytes) -> str:
    """A short digest."""
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def number_of(opened: BinaryIO) -> int:
    """The number (inode) of a file: it keeps it when it is renamed."""
    return os.fstat(opened.fileno()).st_ino


def place_at(opened: BinaryIO, at: int) -> dict[str, object]:
    """The data of a place in a file that has been read up to an offset."""
    return {"file": number_of(opened), "at": at, "tail": tail_at(opened, at)}
