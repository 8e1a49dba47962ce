"""A log file of bounded size. The newer half is in the file, the older half beside it."""

from __future__ import annotations

import os
from contextlib import suppress
from io import FileIO

HALF_BYTES = 8 * 2**20


class BoundedLog:
    """Appends bytes to ``path``. Once it has ``half`` bytes the file is renamed to ``path.1``.

    A full or read-only disk does not stop the program that prints: bytes that cannot be written are
    dropped, and their number is written where they are missing.

    Attributes
    ----------
    lost
        Number of bytes that were passed to :meth:`write` and could not be written.
    """

    def __init__(self, path: str, half: int = HALF_BYTES, fresh: bool = False) -> None:
        self.path = path
        self.half = half
        self._file = _opened(path, fresh=fresh)
        self._size = os.fstat(self._file.fileno()).st_size
        self._noted = 0
        self.lost = 0

    def write(self, data: bytes) -> None:
        """Append bytes, unbuffered."""
        data = data[-self.half :]
        try:
            if self._size + len(data) > self.half and self._size:
                self._rotate()
            self._note_missing()
            written = self._append(data)
        except OSError:
            written = 0
        self.lost += len(data) - written

    def _note_missing(self) -> None:
        missing = self.lost - self._noted
        if missing:
            self._append(f"\n[{missing} bytes could not be written here]\n".encode())
            self._noted = self.lost

    def _append(self, data: bytes) -> int:
        written = self._file.write(data) or 0
        self._size += written
        return written

    def _rotate(self) -> None:
        os.replace(self.path, self.path + ".1")  # noqa: PTH105
        full, self._file = self._file, _opened(self.path, fresh=True)
        full.close()
        self._size = 0

    def close(self) -> None:
        """Close the file."""
        with suppress(OSError):
            self._note_missing()
        self._file.close()


def _opened(path: str, *, fresh: bool) -> FileIO:
    """Open a log for writing; a link in its place is removed, not followed."""
    if os.path.islink(path):  # noqa: PTH114
        os.unlink(path)  # noqa: PTH108
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if fresh else os.O_APPEND)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb" if fresh else "ab", buffering=0)
