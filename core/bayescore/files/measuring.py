"""Counting what is below a path; links are not followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """Number of files and their bytes; ``is_whole`` is false if counting stopped at the limit."""

    files: int
    size: int
    is_whole: bool = True


def measure(path: str, most: int | None = None, tick: Callable[[], None] = lambda: None) -> Measured:
    """Count the regular files below a path, or the file itself; what cannot be read is not counted.

    Parameters
    ----------
    most
        Number of entries after which counting stops.
    tick
        Called for each entry; it may raise an exception to stop.
    """
    files = size = entries = 0
    with suppress(OSError):
        status = os.lstat(path)
        if stat.S_ISREG(status.st_mode):
            return Measured(1, status.st_size)
    pending = [path]
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as found:
            for entry in found:
                entries += 1
                if most is not None and entries > most:
                    return Measured(files, size, is_whole=False)
                tick()
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        files += 1
                        size += entry.stat(follow_symlinks=False).st_size
    return Measured(files, size)
