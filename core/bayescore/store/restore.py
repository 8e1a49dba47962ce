"""Restoring a backup into a data folder."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bayescore.errors import StoreError
from bayescore.files import ensure, random_name, reason_of, remove_tree
from bayescore.files.archive import ArchiveError, Unpacked, unpack
from bayescore.files.tree import Parts
from bayescore.i18n import text
from bayescore.store import jobs, trials
from bayescore.store.backup import read_manifest
from bayescore.store.backup_archive import JOBS, MANIFEST, OUTPUT_FOLDERS, STORE, Progress
from bayescore.store.data_folder import READY_MARKER, DataFolder
from bayescore.store.database import Database
from bayescore.store.replacement import exclusive_access, move_aside
from bayescore.store.sanitize import copy_sanitized


@dataclass(frozen=True)
class RestoreResult:
    """Result of :func:`restore`.

    Attributes
    ----------
    aside
        Folder with the previous content of the data folder; ``None`` when there was none.
    stopped
        Number of jobs that had not ended when the backup was made.
    left_out
        Names that were left out: devices, and links that lead out of their snapshot or output.
    """

    aside: Path | None
    stopped: int
    left_out: tuple[str, ...]


def restore(
    folder: DataFolder,
    source: Path,
    *,
    replace: bool = False,
    docker: str | None = None,
    progress: Progress = lambda _done, _total: None,
    before_replace: Callable[[], None] = lambda: None,
) -> RestoreResult:
    """Replace the content of a data folder with that of a backup.

    The old content is moved aside, not deleted, and only after the whole backup has been unpacked and
    checked.  All restored jobs are in an ended state.

    Parameters
    ----------
    docker
        Endpoint of this machine's container engine, for jobs that ran in containers.
    before_replace
        Called after the checks, before anything is replaced.

    Raises
    ------
    StoreError
        When the backup cannot be used, the folder is in use, or it holds jobs and ``replace`` is not set.
    """
    read_manifest(source)
    folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    unpacked = folder.root / random_name("restoring")
    with exclusive_access(folder):
        if folder.database.exists() and not replace and _has_jobs(folder):
            raise StoreError(
                text("The data folder {folder} already has jobs.", folder=folder.root),
                text("With --replace they are moved aside; nothing is deleted."),
            )
        try:
            unpacked.mkdir(mode=0o700)
            extracted = _unpack(source, unpacked, progress)
            fresh = DataFolder(unpacked / "fresh")
            copied = copy_sanitized(
                unpacked / STORE, fresh, name=source, docker=docker, snapshots=_snapshots(unpacked)
            )
            _mark_ready(fresh, unpacked / JOBS)
            before_replace()
            aside = move_aside(folder, "before-restore")
            fresh.database.rename(folder.database)
            if _is_folder(unpacked / JOBS):
                (unpacked / JOBS).rename(folder.root / JOBS)
        except OSError as error:
            raise StoreError(
                text("The backup {file} cannot be restored: {reason}.", file=source, reason=reason_of(error)),
                text("The previous content of the data folder is still there."),
            ) from None
        finally:
            remove_tree(unpacked)
    folder.prepare()
    return RestoreResult(aside, copied.stopped, extracted.left_out)


def _has_jobs(folder: DataFolder) -> bool:
    database = Database(folder).open()
    try:
        with database.read() as connection:
            return bool(jobs.identifiers(connection))
    finally:
        database.close()


def _unpack(source: Path, target: Path, progress: Progress) -> Unpacked:
    total = source.stat().st_size
    found = unpack(
        source,
        target,
        accept=_is_backup_path,
        link_depth=_link_depth,
        progress=lambda done: progress(done, total),
    )
    if found.refused:
        raise ArchiveError(0, f"“{found.refused[0]}” is not a file of Bayesdesk")
    if not stat.S_ISREG(_mode(target / STORE)):
        raise ArchiveError(0, "it has no store")
    return found


def _is_backup_path(parts: Parts) -> bool:
    """Whether a backup may contain this path."""
    return parts in ((MANIFEST,), (STORE,)) or parts[0] == JOBS


def _link_depth(parts: Parts) -> int | None:
    """Leading parts that name the folder a link must stay in: a snapshot, or the output of a trial."""
    for depth, names in ((3, ("snapshot",)), (5, OUTPUT_FOLDERS)):
        if len(parts) > depth and parts[depth - 1] in names:
            return depth
    return None


def _snapshots(unpacked: Path) -> set[str]:
    """Ids of the jobs whose snapshot of the project is in the backup."""
    return {path.parent.name for path in unpacked.glob(f"{JOBS}/*/snapshot") if _is_folder(path)}


def _mark_ready(fresh: DataFolder, job_folders: Path) -> None:
    """Mark the folders of the trials in the store as ready, and no others.

    Markers of the backup are removed: a forged one could make a later attempt use a prepared folder.
    """
    for marker in job_folders.glob(f"*/trials/*/{READY_MARKER}-*"):
        remove_tree(marker)
    database = Database(fresh).open()
    try:
        with database.read() as connection:
            known = [t for job in jobs.every(connection) for t in trials.of_job(connection, job.id)]
    finally:
        database.close()
    for trial in known:
        root = job_folders / trial.job / "trials" / f"{trial.number:03d}"
        if _is_folder(root):
            ensure(root / f"{READY_MARKER}-{trial.attempt}", 0o600)


def _is_folder(path: Path) -> bool:
    """Whether there is a folder; a link to one does not count."""
    return stat.S_ISDIR(_mode(path))


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError:
        return 0
