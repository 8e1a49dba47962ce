"""Files below a folder that match a pattern with ``*``, ``?`` and ``**``.

The folder belongs to a running trial: links are not followed, and depth and number of entries are limited.
"""

from __future__ import annotations

import fnmatch
import re
import stat
from collections import deque
from contextlib import suppress
from pathlib import Path

from bayescore.files.tree import Cursor, Parts

MAX_FILES = 100
_MAX_ENTRIES = 20_000
_MAX_DEPTH = 32


class FilePattern:
    """A pattern of paths relative to a folder, with ``/`` between names.

    Attributes
    ----------
    examined
        Number of entries that the last search has looked at.
    """

    def __init__(self, pattern: str) -> None:
        self.examined = 0
        self._parts = tuple(part for part in pattern.split("/") if part not in ("", "."))
        self._names = [re.compile(fnmatch.translate(part)) for part in self._parts]

    def files(self, folder: Path) -> tuple[list[str], bool]:
        """Paths of the first files that match, and whether there were too many entries or files.

        The file that was written last comes last, as the last value of a metric counts.
        """
        found: list[tuple[int, str]] = []
        left = _MAX_ENTRIES
        self.examined = 0
        with suppress(OSError), Cursor(folder) as cursor:
            pending: deque[tuple[Parts, frozenset[int]]] = deque([((), self._closed({0}))])
            while pending:
                parts, places = pending.popleft()
                with suppress(OSError):  # a folder that is removed meanwhile
                    cursor.go(parts)
                    for name in self._candidates(cursor, places, left + 1):
                        left -= 1
                        self.examined += 1
                        if left < 0 or len(found) >= MAX_FILES:
                            return _in_order(found), True
                        below = self._after(places, name)
                        with suppress(OSError):
                            status = cursor.status(name)
                            mode = status.st_mode
                            if stat.S_ISDIR(mode) and below and len(parts) < _MAX_DEPTH:
                                pending.append(((*parts, name), below))
                            elif stat.S_ISREG(mode) and len(self._parts) in below:
                                found.append((status.st_mtime_ns, "/".join((*parts, name))))
        return _in_order(found), False

    def _candidates(self, cursor: Cursor, places: frozenset[int], limit: int) -> list[str]:
        """Names to look at: a folder is listed only for a pattern with a wildcard."""
        names = {self._parts[i] for i in places if i < len(self._parts)}
        return sorted(names) if not any(c in name for name in names for c in "*?[") else cursor.names(limit)

    def _after(self, places: frozenset[int], name: str) -> frozenset[int]:
        """Places in the pattern, as numbers of parts, after one more name."""
        reached = {i for i in places if i < len(self._parts) and self._parts[i] == "**"}
        reached |= {i + 1 for i in places if i < len(self._parts) and self._names[i].match(name)}
        return self._closed(reached)

    def _closed(self, places: set[int]) -> frozenset[int]:
        """The places with those behind ``**``, which may stand for no folder at all."""
        reached = set(places)
        for i in sorted(places):
            while i < len(self._parts) and self._parts[i] == "**":
                i += 1
                reached.add(i)
        return frozenset(reached)


def _in_order(found: list[tuple[int, str]]) -> list[str]:
    return [path for _, path in sorted(found)]
