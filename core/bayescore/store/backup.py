"""A data folder in one file, made while jobs run, and the way back."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from bayescore.errors import StoreError
from bayescore.i18n import text
from bayescore.store import jobs
from bayescore.store.database import HEAD, Database, copy_database, explained
from bayescore.store.exclusive import alone
from bayescore.store.folder import DataFolder
from bayescore.times import now

_ABOUT = "backup.json"
_FORMAT = 1
_LARGE = ("output", "home")  # of a trial's folder: what its program wrote

Told = Callable[[int, int], None]  # bytes done, bytes in all


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


def make(
    database: Database, target: Path, *, outputs: bool = False, told: Told = lambda _done, _all: None
) -> About:
    """Write a backup of everything but, unless ``outputs`` says so, what the trials' programs wrote.

    The store is copied first: files only grow meanwhile, so that everything the copy knows of is there.

    Raises
    ------
    StoreError
        When the target exists or cannot be written; nothing is left of it then.
    """
    if target.exists():
        raise StoreError(text("{file} exists already.", file=target), text("Choose another name."))
    partial = target.with_name(f".{target.name}.partial")
    copied = target.with_name(f".{target.name}.store")
    folder = database.folder
    try:
        with explained(folder.database):
            copy_database(folder.database, copied, told)
            about = _about(copied, outputs)
        files = list(_files(folder, outputs))
        total, done = copied.stat().st_size + sum(_size(f) for f in files), 0
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)  # it holds what the store holds
        with partial.open("wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
            said = json.dumps(asdict(about)).encode()
            entry = tarfile.TarInfo(_ABOUT)
            entry.size = len(said)
            archive.addfile(entry, io.BytesIO(said))
            archive.add(copied, folder.database.name)
            done += copied.stat().st_size
            for file in files:
                told(done, total)
                done += _size(file)
                _add(archive, file, str(file.relative_to(folder.root)))
            archive.close()
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
    return about


def read_about(source: Path) -> About:
    """What a backup says of itself.

    Raises
    ------
    StoreError
        When it is none, or a newer Bayesdesk's.
    """
    try:
        with tarfile.open(source) as archive:
            first = archive.next()
            said = archive.extractfile(first) if first is not None and first.name == _ABOUT else None
            found = json.loads(said.read()) if said is not None else {}
        newer = found["format"] > _FORMAT or found["schema"] > HEAD
        about = None if newer else About(**found)
    except OSError as error:
        raise StoreError(
            text("{file} cannot be read: {reason}.", file=source, reason=str(error.strerror))
        ) from None
    except (tarfile.TarError, ValueError, TypeError, KeyError):
        raise StoreError(
            text("{file} is not a backup of Bayesdesk.", file=source),
            text("Backups are made by: bayesdesk backup FILE"),
        ) from None
    if about is None:
        raise StoreError(
            text("The backup {file} was made by a newer Bayesdesk.", file=source),
            text("Install the newer version first."),
        )
    return about


def restore(
    folder: DataFolder, source: Path, *, replace: bool = False, told: Told = lambda _done, _all: None
) -> Path | None:
    """Put a backup in place of what a data folder holds; returns where that was put aside.

    Nothing is deleted, and nothing is touched before the whole backup has been unpacked and checked.

    Raises
    ------
    StoreError
        When the backup cannot be used, the folder is in use, or it holds jobs and ``replace`` is not set.
    """
    read_about(source)
    folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    unpacked = folder.root / ".restoring"
    with alone(folder):
        if folder.database.exists() and not replace and _holds_jobs(folder):
            raise StoreError(
                text("The data folder {folder} holds jobs already.", folder=folder.root),
                text("With --replace they are put aside, and nothing is deleted."),
            )
        try:
            _remove(unpacked)
            unpacked.mkdir()
            _unpack(source, unpacked, told)
            _check(unpacked / folder.database.name, source)
            aside = put_aside(folder, "before-restore")
            for entry in unpacked.iterdir():
                if entry.name != _ABOUT:
                    entry.rename(folder.root / entry.name)
        except (OSError, tarfile.TarError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StoreError(
                text("The backup {file} cannot be restored: {reason}.", file=source, reason=reason),
                text("What the data folder held is still there."),
            ) from None
        finally:
            _remove(unpacked)
    Database(folder).open().close()
    return aside


def put_aside(folder: DataFolder, word: str, *, store_only: bool = False) -> Path | None:
    """Move what a data folder holds into a folder inside it; ``None`` when there was nothing."""
    names = [f"{folder.database.name}{end}" for end in ("", "-wal", "-shm", "-journal")]
    names += [] if store_only else ["jobs"]
    there = [folder.root / name for name in names if (folder.root / name).exists()]
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


def _files(folder: DataFolder, outputs: bool) -> Iterator[Path]:
    """Everything below the jobs' folders, folders too, in an order in which it can be made again."""
    every = folder.root / "jobs"
    for place, folders, names in os.walk(every):
        here = Path(place)
        # a project may have folders of these names too: only JOB/trials/NUMBER is a trial's
        if not outputs and here.parent.name == "trials" and here.parent.parent.parent == every:
            folders[:] = [f for f in folders if f not in _LARGE]
        yield here
        yield from (here / name for name in names)
        yield from (here / name for name in folders if (here / name).is_symlink())


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except OSError:
        return 0


def _add(archive: tarfile.TarFile, file: Path, name: str) -> None:
    """Add a file as long as it is now: a log may grow, and a trial may take its files away."""
    try:
        entry = archive.gettarinfo(file, name)
        if entry is None:  # a socket
            return
        if not entry.isreg():
            archive.addfile(entry)
            return
        with file.open("rb") as content:
            archive.addfile(entry, _Padded(content, entry.size))
    except FileNotFoundError:
        return


class _Padded(io.RawIOBase):
    """A file that has exactly as many bytes as were promised, though it be cut short meanwhile."""

    def __init__(self, file: io.BufferedReader, size: int) -> None:
        self._file = file
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._left)
        found = self._file.read(wanted).ljust(wanted, b"\0")
        buffer[:wanted] = found
        self._left -= wanted
        return wanted


def _unpack(source: Path, target: Path, told: Told) -> None:
    total, done = source.stat().st_size, 0
    with tarfile.open(source) as archive:
        for entry in archive:
            if entry.name.partition("/")[0] not in (_ABOUT, "store.sqlite3", "jobs"):
                raise tarfile.TarError(f"“{entry.name}” is nothing of Bayesdesk's")
            told(done, total)
            done += entry.size
            archive.extract(entry, target, filter="tar" if entry.issym() else "data")


def _check(store: Path, source: Path) -> None:
    with explained(store), closing(sqlite3.connect(store)) as connection:
        said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        raise StoreError(text("The store inside {file} is damaged: {said}.", file=source, said=said))


def _remove(folder: Path) -> None:
    import shutil

    if folder.exists():
        shutil.rmtree(folder)
