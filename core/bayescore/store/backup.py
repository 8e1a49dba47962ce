"""A data folder in one file, made while jobs run, and the way back."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from bayescore.errors import StoreError
from bayescore.files import create, ensure, random_name, remove_tree
from bayescore.files.archive import ArchiveError, Unpacked, first_file, unpack
from bayescore.files.tree import Cursor, Parts, bytes_on_disk, walk
from bayescore.i18n import text
from bayescore.store import jobs, trials
from bayescore.store.data_folder import MADE, DataFolder
from bayescore.store.database import HEAD, Database, copy_database, explained
from bayescore.store.exclusive import alone
from bayescore.store.foreign import take_over
from bayescore.store.packing import ABOUT, JOBS, LARGE, STORE, Packing, Told, is_large
from bayescore.times import now

_FORMAT = 1
_MOST_ABOUT = 2**16


@dataclass(frozen=True)
class About:
    """What a backup says of itself.

    Attributes
    ----------
    schema
        Newest migration of its store.
    outputs
        Whether it holds what the trials' programs wrote.
    """

    format: int
    made_at: str
    schema: str
    jobs: int
    trials: int
    outputs: bool


@dataclass(frozen=True)
class Made:
    """A backup that was written.

    Attributes
    ----------
    masked
        Files whose secrets in clear text were left out.
    unread
        Paths that could not be read and are not in it.
    """

    about: About
    masked: int
    unread: tuple[str, ...]


@dataclass(frozen=True)
class Restored:
    """What came of a backup.

    Attributes
    ----------
    aside
        Where what the data folder held was put; ``None`` when there was nothing.
    stopped
        Jobs that had not ended when the backup was made, and have now.
    left_out
        Names that were left out: links that lead out of their snapshot or output, devices.
    """

    aside: Path | None
    stopped: int
    left_out: tuple[str, ...]


def make(
    database: Database,
    target: Path,
    *,
    outputs: bool = False,
    secrets: bool = False,
    told: Told = lambda _done, _all: None,
) -> Made:
    """Write a backup of everything but, unless ``outputs`` says so, what the trials' programs wrote.

    The store is copied first: files only grow meanwhile, so that everything the copy knows of is there.

    Parameters
    ----------
    secrets
        Whether secrets that an ``openbayes.yaml`` has in clear text come along.

    Raises
    ------
    StoreError
        When the target exists or cannot be written; nothing is left of it then.
    """
    if target.exists() or target.is_symlink():
        raise StoreError(text("{file} exists already.", file=target), text("Choose another name."))
    partial, copied = (target.with_name(random_name(target.name)) for _ in range(2))
    folder = database.folder
    try:
        create(copied, 0o600).close()
        with explained(folder.database):
            copy_database(folder.database, copied, told)
            about = _about(copied, outputs)
        total = copied.stat().st_size + _size(folder, outputs)
        _check_room(target, total)
        with create(partial, 0o600) as raw:  # it holds what the store holds
            packing = Packing(raw, total, told, secrets=secrets)
            packing.add_store(copied, json.dumps(asdict(about)).encode())
            packing.add_jobs(folder, outputs)
            raw.flush()
            os.fsync(raw.fileno())
        partial.rename(target)
    except OSError as error:
        raise StoreError(
            text("The backup {file} cannot be written: {reason}.", file=target, reason=str(error.strerror)),
            text("Check the disk's free space and the folder's permissions."),
        ) from None
    finally:
        partial.unlink(missing_ok=True)
        copied.unlink(missing_ok=True)
    return Made(about, packing.masked, tuple(packing.unread))


def _size(folder: DataFolder, outputs: bool) -> int:
    """Bytes on the disk of what goes into a backup."""
    if outputs:
        return bytes_on_disk(folder.root / JOBS)
    with Cursor(folder.root / JOBS) as cursor:
        found = walk(cursor, lambda each: not is_large(each), lambda _entry, _error: None)
        return sum(entry.blocks for entry in found)


def _check_room(target: Path, size: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if size > free:
        raise StoreError(
            text(
                "The backup needs {size} MiB and the disk of {file} has {free} MiB left.",
                size=size // 2**20,
                file=target,
                free=free // 2**20,
            ),
            text("Choose a file on another disk, or leave --outputs away."),
        )


def read_about(source: Path) -> About:
    """What a backup says of itself.

    Raises
    ------
    StoreError
        When it is none, or a newer Bayesdesk's.
    """
    try:
        found = json.loads(first_file(source, ABOUT, _MOST_ABOUT) or b"")
        newer = found["format"] > _FORMAT or found["schema"] > HEAD
        about = None if newer else About(**found)
    except (ArchiveError, ValueError, TypeError, KeyError, RecursionError):
        raise StoreError(
            text("{file} is not a backup of Bayesdesk.", file=source),
            text("Backups are made by: bayesdesk backup FILE"),
        ) from None
    except OSError as error:
        raise StoreError(
            text("{file} cannot be read: {reason}.", file=source, reason=str(error.strerror))
        ) from None
    if about is None:
        raise StoreError(
            text("The backup {file} was made by a newer Bayesdesk.", file=source),
            text("Install the newer version first."),
        )
    return about


def restore(
    folder: DataFolder,
    source: Path,
    *,
    replace: bool = False,
    docker: str | None = None,
    told: Told = lambda _done, _all: None,
    before: Callable[[], None] = lambda: None,
) -> Restored:
    """Put a backup in place of what a data folder holds.

    Nothing is deleted, and nothing is touched before the whole backup has been unpacked and checked.
    All jobs come back ended.

    Parameters
    ----------
    docker
        Endpoint of this machine's container engine, for jobs that ran in containers.
    before
        Called when all is checked, before anything takes another's place.

    Raises
    ------
    StoreError
        When the backup cannot be used, the folder is in use, or it holds jobs and ``replace`` is not set.
    """
    read_about(source)
    folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    unpacked = folder.root / random_name("restoring")
    with alone(folder):
        if folder.database.exists() and not replace and _holds_jobs(folder):
            raise StoreError(
                text("The data folder {folder} holds jobs already.", folder=folder.root),
                text("With --replace they are put aside, and nothing is deleted."),
            )
        try:
            unpacked.mkdir(mode=0o700)
            found = _unpacked(source, unpacked, told)
            fresh = DataFolder(unpacked / "fresh")
            taken = take_over(
                unpacked / STORE, fresh, shown=source, docker=docker, snapshots=_snapshots(unpacked)
            )
            _mark_made(fresh, unpacked / JOBS)
            before()
            aside = put_aside(folder, "before-restore")
            fresh.database.rename(folder.database)
            if _is_folder(unpacked / JOBS):
                (unpacked / JOBS).rename(folder.root / JOBS)
        except OSError as error:
            raise StoreError(
                text("The backup {file} cannot be restored: {reason}.", file=source, reason=error.strerror),
                text("What the data folder held is still there."),
            ) from None
        finally:
            remove_tree(unpacked)
    folder.prepare()
    return Restored(aside, taken.stopped, found.left_out)


def put_aside(folder: DataFolder, word: str, *, store_only: bool = False) -> Path | None:
    """Move what a data folder holds into a folder inside it; ``None`` when there was nothing."""
    names = [f"{folder.database.name}{end}" for end in ("", "-wal", "-shm", "-journal")]
    names += [] if store_only else [JOBS]
    there = [folder.root / name for name in names if os.path.lexists(folder.root / name)]
    if not there:
        return None
    place = folder.root / f"{word}-{now()[:19].replace(':', '')}"
    place.mkdir(mode=0o700)
    for path in there:
        path.rename(place / path.name)
    return place


def _holds_jobs(folder: DataFolder) -> bool:
    database = Database(folder).open()
    try:
        with database.read() as connection:
            return bool(jobs.every(connection))
    finally:
        database.close()


def _about(store: Path, outputs: bool) -> About:
    with explained(store), closing(sqlite3.connect(store)) as connection:
        count = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("jobs", "trials")
        ]
        schema = str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    return About(_FORMAT, now(), schema, count[0], count[1], outputs)


def _unpacked(source: Path, target: Path, told: Told) -> Unpacked:
    total = source.stat().st_size
    found = unpack(source, target, accept=_is_ours, base=_place, told=lambda done: told(done, total))
    if found.refused:
        raise ArchiveError(0, f"“{found.refused[0]}” is not a file of Bayesdesk")
    if not stat.S_ISREG(_mode(target / STORE)):
        raise ArchiveError(0, "it has no store")
    return found


def _is_ours(parts: Parts) -> bool:
    """Whether a name is that of a file which a backup holds."""
    return parts in ((ABOUT,), (STORE,)) or parts[0] == JOBS


def _place(parts: Parts) -> int | None:
    """Folders above a link that make the place which it must stay in: a snapshot, or what a program wrote."""
    for above, names in ((3, ("snapshot",)), (5, LARGE)):
        if len(parts) > above and parts[above - 1] in names:
            return above
    return None


def _snapshots(unpacked: Path) -> set[str]:
    """Ids of the jobs whose copy of the project is there."""
    return {path.parent.name for path in unpacked.glob(f"{JOBS}/*/snapshot") if _is_folder(path)}


def _mark_made(fresh: DataFolder, there: Path) -> None:
    """Mark the folders of trials as whole that the store knows, and no others.

    A mark of the backup's own could make a later attempt use a folder that somebody has prepared.
    """
    for mark in there.glob(f"*/trials/*/{MADE}-*"):
        remove_tree(mark)
    database = Database(fresh).open()
    try:
        with database.read() as connection:
            known = [t for job in jobs.every(connection) for t in trials.of_job(connection, job.id)]
    finally:
        database.close()
    for trial in known:
        root = there / trial.job / "trials" / f"{trial.number:03d}"
        if _is_folder(root):
            ensure(root / f"{MADE}-{trial.attempt}", 0o600)


def _is_folder(path: Path) -> bool:
    """Whether there is a folder, and no link to one."""
    return stat.S_ISDIR(_mode(path))


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError:
        return 0
