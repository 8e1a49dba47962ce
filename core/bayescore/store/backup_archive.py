"""The content of a backup and the names of its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from bayescore.config import FILE_NAME
from bayescore.config.masking import mask_secrets
from bayescore.files.archive import Writer
from bayescore.files.tree import Cursor, Entry, walk
from bayescore.store.data_folder import DataFolder

MANIFEST = "backup.json"
STORE = "store.sqlite3"
JOBS = "jobs"
OUTPUT_FOLDERS = ("output", "home")  # of a trial: what its program wrote
_MAX_CONFIG_BYTES = 2**20  # of an openbayes.yaml that is searched for secrets

Progress = Callable[[int, int], None]  # called with bytes done and bytes in total


class BackupWriter:
    """Writes the archive of a backup.

    Attributes
    ----------
    masked
        Number of files whose clear-text secrets were replaced so far.
    unread
        Paths that could not be read so far.
    """

    def __init__(self, raw: BinaryIO, total: int, progress: Progress, *, secrets: bool) -> None:
        self._writer = Writer(raw)
        self._secrets = secrets
        self._total, self._done, self._progress = total, 0, progress
        self.masked = 0
        self.unread: list[str] = []

    def add_store(self, copied: Path, manifest: bytes) -> None:
        """Add the manifest and the copy of the store."""
        self._writer.add_bytes(MANIFEST, manifest)
        with Cursor(copied.parent) as cursor:
            entry = Entry((), copied.name, cursor.status(copied.name))
            self._writer.add(STORE, entry, cursor)
            self._report(entry)

    def add_jobs(self, folder: DataFolder, outputs: bool) -> None:
        """Add the files of all jobs and finish the archive."""
        with Cursor(folder.root / JOBS) as cursor:
            for entry in walk(cursor, lambda entry: outputs or not is_output(entry), self._add_unread):
                try:
                    self._add(entry, cursor)
                except FileNotFoundError:  # removed by a trial since
                    continue
                except PermissionError as error:
                    self._add_unread(entry, error)
                self._report(entry)
        self._writer.close()

    def _add(self, entry: Entry, cursor: Cursor) -> None:
        name = f"{JOBS}/{entry.path}"
        if (
            not self._secrets
            and _is_config(entry)
            and (content := self._without_secrets(entry, cursor)) is not None
        ):
            self._writer.add_bytes(name, content)
        else:
            self._writer.add(name, entry, cursor)

    def _without_secrets(self, entry: Entry, cursor: Cursor) -> bytes | None:
        """Content of an ``openbayes.yaml`` with its secrets replaced; ``None`` when it has none."""
        with cursor.open(entry.name) as file:
            content = file.read(_MAX_CONFIG_BYTES)
        found, count = mask_secrets(content.decode("utf-8", "replace"))
        if not count:
            return None
        self.masked += 1
        return found.encode("utf-8")

    def _add_unread(self, entry: Entry, _error: OSError) -> None:
        self.unread.append(entry.path)

    def _report(self, entry: Entry) -> None:
        self._done += entry.disk_bytes
        self._progress(min(self._done, self._total), self._total)


def is_output(entry: Entry) -> bool:
    """Whether an entry is an output folder of a trial; a project may have folders of these names too."""
    return len(entry.folder) == 3 and entry.folder[1] == "trials" and entry.name in OUTPUT_FOLDERS


def _is_config(entry: Entry) -> bool:
    """Whether an entry is the ``openbayes.yaml`` of a snapshot, or of the copy of it in a trial's output."""
    expected = (len(entry.folder) == 2 and entry.folder[1] == "snapshot") or (
        len(entry.folder) == 4 and entry.folder[1] == "trials" and entry.folder[3] == "output"
    )
    return expected and entry.is_file and entry.name == FILE_NAME
