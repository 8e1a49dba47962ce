"""What goes into a backup, and under which names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from bayescore.config import FILE_NAME
from bayescore.config.masking import masked
from bayescore.files.archive import Writer
from bayescore.files.tree import Cursor, Entry, walk
from bayescore.store.data_folder import DataFolder

ABOUT = "backup.json"
STORE = "store.sqlite3"
JOBS = "jobs"
LARGE = ("output", "home")  # of a trial's folder: what its program wrote
_MOST_SETTINGS = 2**20  # of an openbayes.yaml that is searched for secrets

Told = Callable[[int, int], None]  # bytes done, bytes in all


class Packing:
    """Puts one thing after the other into an archive.

    Attributes
    ----------
    masked
        Files whose secrets in clear text were left out so far.
    unread
        Paths that could not be read so far.
    """

    def __init__(self, raw: BinaryIO, total: int, told: Told, *, secrets: bool) -> None:
        self._writer = Writer(raw)
        self._secrets = secrets
        self._total, self._done, self._told = total, 0, told
        self.masked = 0
        self.unread: list[str] = []

    def add_store(self, copied: Path, about: bytes) -> None:
        """Add the copy of the store, after what the backup says of itself."""
        self._writer.add_bytes(ABOUT, about)
        with Cursor(copied.parent) as cursor:
            entry = Entry((), copied.name, cursor.status(copied.name))
            self._writer.add(STORE, entry, cursor)
            self._count(entry)

    def add_jobs(self, folder: DataFolder, outputs: bool) -> None:
        """Add the files of all jobs, and end the archive."""
        with Cursor(folder.root / JOBS) as cursor:
            for entry in walk(cursor, lambda each: outputs or not is_large(each), self._not_read):
                try:
                    self._add(entry, cursor)
                except FileNotFoundError:  # a trial may take its files away
                    continue
                except PermissionError as error:
                    self._not_read(entry, error)
                self._count(entry)
        self._writer.close()

    def _add(self, entry: Entry, cursor: Cursor) -> None:
        name = f"{JOBS}/{entry.path}"
        if (
            not self._secrets
            and _has_settings(entry)
            and (content := self._masked(entry, cursor)) is not None
        ):
            self._writer.add_bytes(name, content)
        else:
            self._writer.add(name, entry, cursor)

    def _masked(self, entry: Entry, cursor: Cursor) -> bytes | None:
        """Content of an ``openbayes.yaml`` without its secrets; ``None`` where it has none."""
        with cursor.open(entry.name) as file:
            content = file.read(_MOST_SETTINGS)
        found, count = masked(content.decode("utf-8", "replace"))
        if not count:
            return None
        self.masked += 1
        return found.encode("utf-8")

    def _not_read(self, entry: Entry, _error: OSError) -> None:
        self.unread.append(entry.path)

    def _count(self, entry: Entry) -> None:
        self._done += entry.blocks
        self._told(min(self._done, self._total), self._total)


def is_large(entry: Entry) -> bool:
    """Whether it is what a trial's program wrote; a project may have folders of these names too."""
    return len(entry.folder) == 3 and entry.folder[1] == "trials" and entry.name in LARGE


def _has_settings(entry: Entry) -> bool:
    """Whether it is an ``openbayes.yaml`` of a job's project or of a trial's copy of it."""
    places = (len(entry.folder) == 2 and entry.folder[1] == "snapshot") or (
        len(entry.folder) == 4 and entry.folder[1] == "trials" and entry.folder[3] == "output"
    )
    return places and entry.is_file and entry.name == FILE_NAME
