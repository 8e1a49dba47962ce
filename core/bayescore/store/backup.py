"""Backups: a data folder in one archive, made while jobs run."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from bayescore.errors import StoreError
from bayescore.files import create, random_name, reason_of
from bayescore.files.archive import ArchiveError, first_file
from bayescore.files.tree import Cursor, bytes_on_disk, walk
from bayescore.i18n import text
from bayescore.store.backup_archive import JOBS, MANIFEST, BackupWriter, Progress, is_output
from bayescore.store.data_folder import DataFolder
from bayescore.store.database import Database, copy_database, database_errors
from bayescore.store.migrations import NEWEST
from bayescore.times import now

_FORMAT = 1
_MAX_MANIFEST_BYTES = 2**16


@dataclass(frozen=True)
class Manifest:
    """Description of a backup, its first file.

    Attributes
    ----------
    schema
        Newest migration of the store.
    outputs
        Whether the outputs of the trials are included.
    """

    format: int
    made_at: str
    schema: str
    jobs: int
    trials: int
    outputs: bool


@dataclass(frozen=True)
class BackupResult:
    """Result of :func:`make`.

    Attributes
    ----------
    masked
        Number of files whose clear-text secrets were replaced.
    unread
        Paths that could not be read and are not included.
    """

    manifest: Manifest
    masked: int
    unread: tuple[str, ...]


def make(
    database: Database,
    target: Path,
    *,
    outputs: bool = False,
    secrets: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> BackupResult:
    """Write a backup of a data folder.

    The store is copied first.  Files are only added while jobs run, so every file that the copy refers to
    exists when it is packed.

    Parameters
    ----------
    outputs
        Whether to include the outputs of the trials.
    secrets
        Whether to include clear-text secrets of ``openbayes.yaml`` files.

    Raises
    ------
    StoreError
        When the target exists or cannot be written; no partial file is left.
    """
    if target.exists() or target.is_symlink():
        raise StoreError(text("{file} already exists.", file=target), text("Choose another name."))
    partial, copied = (target.with_name(random_name(target.name)) for _ in range(2))
    folder = database.folder
    try:
        create(copied, 0o600).close()
        with database_errors(folder.database):
            copy_database(folder.database, copied, progress)
            manifest = _manifest(copied, outputs)
        total = copied.stat().st_size + _size(folder, outputs)
        _check_free_space(target, total)
        with create(partial, 0o600) as raw:  # as private as the store
            writer = BackupWriter(raw, total, progress, secrets=secrets)
            writer.add_store(copied, json.dumps(asdict(manifest)).encode())
            writer.add_jobs(folder, outputs)
            raw.flush()
            os.fsync(raw.fileno())
        partial.rename(target)
    except OSError as error:
        raise StoreError(
            text("The backup {file} cannot be written: {reason}.", file=target, reason=reason_of(error)),
            text("Check the disk's free space and the folder's permissions."),
        ) from None
    finally:
        partial.unlink(missing_ok=True)
        copied.unlink(missing_ok=True)
    return BackupResult(manifest, writer.masked, tuple(writer.unread))


def _size(folder: DataFolder, outputs: bool) -> int:
    """Bytes on disk of the files to pack."""
    if outputs:
        return bytes_on_disk(folder.root / JOBS)
    with Cursor(folder.root / JOBS) as cursor:
        entries = walk(cursor, lambda entry: not is_output(entry), lambda _entry, _error: None)
        return sum(entry.disk_bytes for entry in entries)


def _check_free_space(target: Path, size: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if size > free:
        raise StoreError(
            text(
                "The backup needs {size} MiB and the disk of {file} has {free} MiB left.",
                size=size // 2**20,
                file=target,
                free=free // 2**20,
            ),
            text("Choose a file on another disk, or omit --outputs."),
        )


def _manifest(store: Path, outputs: bool) -> Manifest:
    with database_errors(store), closing(sqlite3.connect(store)) as connection:
        count = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("jobs", "trials")
        ]
        schema = str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    return Manifest(_FORMAT, now(), schema, count[0], count[1], outputs)


def read_manifest(source: Path) -> Manifest:
    """Read the manifest of a backup.

    Raises
    ------
    StoreError
        When the file is not a backup, or was made by a newer version.
    """
    try:
        found = json.loads(first_file(source, MANIFEST, _MAX_MANIFEST_BYTES) or b"")
        newer = found["format"] > _FORMAT or found["schema"] > NEWEST
        manifest = None if newer else Manifest(**found)
    except (ArchiveError, ValueError, TypeError, KeyError, RecursionError):
        raise StoreError(
            text("{file} is not a backup of Bayesdesk.", file=source),
            text("Choose a file that was written by: bayesdesk backup FILE"),
        ) from None
    except OSError as error:
        raise StoreError(
            text("{file} cannot be read: {reason}.", file=source, reason=reason_of(error))
        ) from None
    if manifest is None:
        raise StoreError(
            text("The backup {file} was made by a newer Bayesdesk.", file=source),
            text("Install the newer version first."),
        )
    return manifest
