"""A log file of bounded size: the newest half is in the file, the older half beside it."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO

HALF_BYTES = 8 * 2**20


class BoundedLog:
    """Appends bytes to ``path``; past ``half`` bytes the file becomes ``path.1``.

    A disk that is full or read-only for a while costs lines, not the program that prints them:
    what cannot be written is counted, and the count is noted where it is missing.

    Attributes
    ----------
    taken, lost
        Bytes that were given, and those of them that could not be written.
    """

    def __init__(self, path: str, half: int = HALF_BYTES, fresh: bool = False) -> None:
        self.path = path
        self.half = half
        self._file = _opened(path, fresh=fresh)
        self._size = os.fstat(self._file.fileno()).st_size
        self._noted = 0
        self.taken = self.lost = 0

    def write(self, data: bytes) -> None:
        """Append; the bytes are with the operating system afterwards."""
        self.taken += len(data)
        data = data[-self.half :]
        try:
            if self._size + len(data) > self.half and self._size:
                self._turn_over()
            self._note()
            written = self._append(data)
        except OSError:
            written = 0
        self.lost += len(data) - written

    def _note(self) -> None:
        missing = self.lost - self._noted
        if missing:
            self._append(f"\n[{missing} bytes could not be written here]\n".encode())
            self._noted = self.lost

    def _append(self, data: bytes) -> int:
        written = self._file.write(data) or 0
        self._size += written
        return written

    def _turn_over(self) -> None:
        os.replace(self.path, self.path + ".1")  # noqa: PTH105
        full, self._file = self._file, _opened(self.path, fresh=True)
        full.close()
        self._size = 0

    def close(self) -> None:
        """Close the file."""
        with suppress(OSError):
            self._note()
        self._file.close()


def _opened(path: str, *, fresh: bool) -> IO[bytes]:
    """Open a log for writing; a link in its place is removed and not followed."""
    if os.path.islink(path):  # noqa: PTH114
        os.unlink(path)  # noqa: PTH108
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if fresh else os.O_APPEND)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb" if fresh else "ab", buffering=0)
