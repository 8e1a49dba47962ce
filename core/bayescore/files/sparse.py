"""Where a sparse file has data and where it has holes."""

from __future__ import annotations

import errno
import os

_SEEK_DATA, _SEEK_HOLE = getattr(os, "SEEK_DATA", None), getattr(os, "SEEK_HOLE", None)  # not on Windows


def next_extent(descriptor: int, offset: int, size: int) -> tuple[int, int]:
    """Start and end of the first data at or after ``offset``, in bytes; ``(size, size)`` if there is none.

    Parameters
    ----------
    size
        Size of the file.

    Raises
    ------
    OSError
        When the file cannot be examined.
    """
    if offset >= size:
        return size, size
    if _SEEK_DATA is None or _SEEK_HOLE is None:
        return offset, size
    try:
        start = os.lseek(descriptor, offset, _SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a hole up to the end
            return size, size
        raise
    return start, os.lseek(descriptor, start, _SEEK_HOLE)


def extents(descriptor: int, size: int) -> list[tuple[int, int]]:
    """Offset and length of each run of data within the first ``size`` bytes; the gaps are holes.

    A file that cannot be examined counts as one run.
    """
    found: list[tuple[int, int]] = []
    end = 0
    try:
        while end < size:
            start, end = next_extent(descriptor, end, size)
            end = min(end, size)
            if end > start:
                found.append((start, end - start))
    except OSError:
        return [(0, size)]
    return found
