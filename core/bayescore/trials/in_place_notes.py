"""Size and time of what trials use in place, noted at the start of a job to notice later changes."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bayescore.files import read_text, replace
from bayescore.store import InPlace

MOST_NOTED = 100_000  # files and folders: looking at them again takes half a second
_MOST_BYTES = 512 * 2**20

State = tuple[int, int]  # size, or -1 of a folder, and time of the last change in nanoseconds


@dataclass(frozen=True)
class Change:
    """A file that has changed or is gone, or a folder (``is_folder``) with files added or removed."""

    path: str
    is_gone: bool
    is_folder: bool


class Notes:
    """What was noted, by the path in the project.

    Parameters
    ----------
    sources
        Real path of each entry, by its path in the project.
    """

    def __init__(self, sources: dict[str, str], states: dict[str, State]) -> None:
        self._sources = sources
        self._states = states

    @classmethod
    def take(cls, entries: Iterable[InPlace], tick: Callable[[], None] = lambda: None) -> Notes:
        """Note the files and folders of the entries that trials may not change, up to a limit.

        Parameters
        ----------
        tick
            Called for each file; it may raise an exception to stop.
        """
        notes = cls({}, {})
        for each in entries:
            if not each.writable:
                notes._sources[each.path] = each.source
                notes._add(each.path, each.source, tick)
        return notes

    @classmethod
    def load(cls, file: Path) -> Notes | None:
        """Notes of a file; ``None`` if there are none."""
        try:
            found = json.loads(read_text(file, _MOST_BYTES))
            states = {str(path): (int(size), int(time)) for path, (size, time) in found["states"].items()}
            return cls({str(path): str(source) for path, source in found["sources"].items()}, states)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def save(self, file: Path) -> None:
        """Write the notes; raises ``OSError``."""
        content = {"sources": self._sources, "states": self._states}
        replace(file, json.dumps(content, separators=(",", ":")).encode("ascii"), 0o600)

    def changes(self) -> list[Change]:
        """What has changed since it was noted or since the last call; it is noted again."""
        found: list[Change] = []
        for path, before in list(self._states.items()):
            now = _state(self._source(path))
            if now == before:
                continue
            found.append(Change(path, now is None, before[0] < 0))
            if now is None:
                del self._states[path]
            else:
                self._states[path] = now
        named = {change.path.rpartition("/")[0] for change in found if not change.is_folder}
        return [
            change for change in found if change.is_gone or not change.is_folder or change.path not in named
        ]

    def _add(self, path: str, source: str, tick: Callable[[], None]) -> None:
        pending = [(path, source)]
        while pending and len(self._states) < MOST_NOTED:
            path, source = pending.pop()
            tick()
            state = _state(source)
            if state is None:
                continue
            self._states[path] = state
            if state[0] >= 0:
                continue
            with suppress(OSError), os.scandir(source) as entries:
                pending += [(f"{path}/{entry.name}", entry.path) for entry in entries]

    def _source(self, path: str) -> str:
        above = path
        while above not in self._sources:
            above = above.rpartition("/")[0]
        return self._sources[above] + path[len(above) :]


def _state(source: str) -> State | None:
    try:
        status = os.lstat(source)
    except OSError:
        return None
    return (-1 if stat.S_ISDIR(status.st_mode) else status.st_size), status.st_mtime_ns
