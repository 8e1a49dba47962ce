"""Files below a folder that somebody else may have made deep or endless."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MOST_ENTRIES = 100_000


def files_below(folder: Path, most: int = MOST_ENTRIES, *, links: bool = False) -> Iterator[Path]:
    """Regular files below a folder, each folder's by name, those nearer to the top first.

    Links to folders are not followed, and depth costs no stack; what cannot be read is passed over.

    Parameters
    ----------
    most
        Entries of any kind that are looked at.
    links
        Whether links to files count as files.
    """
    waiting = deque([folder])
    while waiting and most > 0:
        entries: list[os.DirEntry[str]] = []
        with suppress(OSError), os.scandir(waiting.popleft()) as found:
            for entry in found:
                entries.append(entry)
                most -= 1
                if most <= 0:
                    break
        for entry in sorted(entries, key=lambda e: e.name):
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=links):
                    yield Path(entry.path)
