"""Listing the files of an untrusted folder, which may be deep or have any number of entries."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MAX_ENTRIES = 100_000


def files_below(folder: Path, limit: int = MAX_ENTRIES, *, links: bool = False) -> Iterator[Path]:
    """Regular files below a folder, breadth first, sorted by name within a folder.

    Links to folders are not followed, there is no recursion, and what cannot be read is skipped.

    Parameters
    ----------
    limit
        Number of entries, of any kind, to examine.
    links
        Whether to include links to files.
    """
    pending = deque([folder])
    while pending and limit > 0:
        entries: list[os.DirEntry[str]] = []
        with suppress(OSError), os.scandir(pending.popleft()) as found:
            for entry in found:
                entries.append(entry)
                limit -= 1
                if limit <= 0:
                    break
        for entry in sorted(entries, key=lambda e: e.name):
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    pending.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=links):
                    yield Path(entry.path)
