"""A log file of bounded size: the newest half is in the file, the older half beside it."""

from __future__ import annotations

import os
from typing import IO

HALF_BYTES = 8 * 2**20


class BoundedLog:
    """Appends bytes to ``path``; past ``half`` bytes the file becomes ``path.1``."""

    def __init__(self, path: str, half: int = HALF_BYTES, fresh: bool = False) -> None:
        self.path = path
        self.half = half
        self._file: IO[bytes] = open(path, "wb" if fresh else "ab", buffering=0)  # noqa: PTH123, SIM115
        self._size = os.fstat(self._file.fileno()).st_size

    def write(self, data: bytes) -> None:
        """Append; the bytes are with the operating system afterwards."""
        if self._size + len(data) > self.half and self._size:
            self._file.close()
            os.replace(self.path, self.path + ".1")  # noqa: PTH105
            self._file = open(self.path, "wb", buffering=0)  # noqa: PTH123, SIM115
            self._size = 0
        self._file.write(data[-self.half :])
        self._size += len(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
