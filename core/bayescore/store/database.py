"""Opening the store, and turning SQLite errors into messages for users."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError

from bayescore.errors import NotWritableError, StoreError
from bayescore.files import ensure
from bayescore.i18n import text
from bayescore.store.data_folder import DataFolder
from bayescore.store.migrations import NEWEST, migrate, stored_version

_BUSY_MS = 15_000
_PAGES_PER_STEP = 2048  # copied between two calls of the progress callback
_PRAGMAS = (
    # With WAL, NORMAL loses no commit when a process crashes: the operating system has the data.
    # A power failure can lose the last commits but does not damage the file. FULL would flush to
    # disk with each commit.
    "PRAGMA synchronous=NORMAL",
    f"PRAGMA busy_timeout={_BUSY_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
)


class Database:
    """Connections to a store: readers see a snapshot, and there is one writer at a time."""

    def __init__(self, folder: DataFolder, address: str | None = None) -> None:
        self.folder, self._address = folder, address
        self._reading = _engine(folder.database, address, "BEGIN")
        self._writing = _engine(folder.database, address, "BEGIN IMMEDIATE")

    @classmethod
    def for_reading(cls, folder: DataFolder) -> Database:
        """A store that cannot be written now: its disk is read-only or full.

        On such a disk SQLite cannot create the shared memory of a write-ahead log. It reads the file without
        one then, as it was when the log was last merged into it.

        Raises
        ------
        StoreError
            When there is no store, it cannot be read, or another version has written it.
        """
        failure: StoreError | None = None
        for parameters in ("mode=ro", "immutable=1"):
            made = cls(folder, f"{folder.database.absolute().as_uri()}?{parameters}")
            try:
                with made.read() as connection:
                    version = stored_version(connection)
            except StoreError as error:
                failure = failure or error
                made.close()
                continue
            if version != NEWEST:
                raise StoreError(
                    text("The store {file} was written by another version.", file=folder.database),
                    text("It can be read once its folder can be written again."),
                )
            return made
        assert failure is not None
        raise failure

    def changes(self) -> ChangeWatch:
        """A watch over the commits of other connections."""
        return ChangeWatch(self.folder, self._address)

    def open(self) -> Database:
        """Prepare the folder and migrate the tables.

        Raises
        ------
        StoreError
            When the folder or the file cannot be used; nothing is changed.
        """
        self.folder.prepare()
        with database_errors(self.folder.database):
            if not self._is_ready():
                self._prepare_file()
        return self

    def close(self) -> None:
        """Close every connection."""
        self._reading.dispose()
        self._writing.dispose()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection whose reads all see the same snapshot."""
        with database_errors(self.folder.database), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A connection in a write transaction, committed at the end and rolled back on an error."""
        with database_errors(self.folder.database), self._writing.begin() as connection:
            yield connection

    def _is_ready(self) -> bool:
        with self._reading.begin() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            return mode == "wal" and stored_version(connection) == NEWEST

    def _prepare_file(self) -> None:
        """Switch to a write-ahead log and migrate the tables, one process at a time.

        SQLite does not wait for a lock when two connections switch at once: one of them fails.
        """
        from filelock import FileLock

        with FileLock(str(self.folder.root / "migration.lock"), mode=0o600):
            with self._reading.begin() as connection:
                version = stored_version(connection)
            if version is not None and version > NEWEST:
                raise StoreError(
                    text(
                        "The data folder {folder} was written by a newer Bayesdesk.", folder=self.folder.root
                    ),
                    text("Install the newer version, or set BAYESDESK_HOME to another folder."),
                )
            with closing(sqlite3.connect(self.folder.database, timeout=_BUSY_MS / 1000)) as raw:
                raw.execute("PRAGMA journal_mode=WAL")  # the file keeps it
            if version is not None and version != NEWEST:
                copy_database(self.folder.database, self.folder.database.with_suffix(f".{version}.sqlite3"))
            if version != NEWEST:
                with self._writing.begin() as connection:
                    migrate(connection)


def copy_database(
    source: Path, target: Path, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> None:
    """Copy a snapshot of a store, including its write-ahead log, while others may write to it.

    The copy is private to this account, as the store is.

    Parameters
    ----------
    progress
        Called with the bytes copied so far and the bytes in total.
    """
    ensure(target, 0o600)
    with (
        closing(sqlite3.connect(source)) as origin,
        closing(sqlite3.connect(target)) as copy,
    ):
        size = int(origin.execute("PRAGMA page_size").fetchone()[0])
        origin.execute("BEGIN")  # otherwise a commit of another connection restarts the copy
        origin.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        origin.backup(
            copy,
            pages=_PAGES_PER_STEP,
            progress=lambda _state, left, pages: progress((pages - left) * size, pages * size),
        )
        copy.execute("PRAGMA journal_mode=DELETE")  # no separate write-ahead log


class ChangeWatch:
    """Detects commits of other connections; for use in one thread."""

    def __init__(self, folder: DataFolder, address: str | None = None) -> None:
        self._connection = _connected(folder.database, address, isolation_level=None)
        self._seen = self._version()

    def changed(self) -> bool:
        """Whether another connection has committed since the last call."""
        before, self._seen = self._seen, self._version()
        return self._seen != before

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


def _connected(file: Path, address: str | None, **options: Any) -> sqlite3.Connection:
    """A connection to a file, or to the address of one with parameters."""
    made: sqlite3.Connection = sqlite3.connect(address or file, uri=address is not None, **options)
    return made


def _engine(file: Path, address: str | None, begin: str) -> sa.Engine:
    url = sa.URL.create("sqlite+pysqlite", database=str(file))

    def connect() -> sqlite3.Connection:
        return _connected(file, address, check_same_thread=False, timeout=_BUSY_MS / 1000)

    engine = sa.create_engine(url, creator=connect)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # begin transactions explicitly, see below
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    @sa.event.listens_for(engine, "handle_error")
    def _failed(context: sa.ExceptionContext) -> None:
        # SQLite opens a file read-only when it cannot be written at that moment, and does not retry
        if "readonly" in str(context.original_exception):
            context.is_disconnect = True

    return engine


@contextmanager
def database_errors(file: Path) -> Iterator[None]:
    """Turn database errors into a :class:`StoreError` with a hint."""
    try:
        yield
    except (OperationalError, sqlite3.OperationalError, DatabaseError, sqlite3.DatabaseError) as error:
        raise _store_error(file, str(getattr(error, "orig", None) or error)) from error


def _store_error(file: Path, message: str) -> StoreError:
    folder = file.parent
    if "disk is full" in message:
        return NotWritableError(
            text("The disk that holds {folder} is full.", folder=folder),
            text("Free some space, then continue the job; no stored data is lost."),
        )
    if "readonly" in message or "unable to open" in message:
        return NotWritableError(
            text("The store {file} cannot be written.", file=file),
            text("Check the permissions of the folder, or set BAYESDESK_HOME to another one."),
        )
    if "not a database" in message or "malformed" in message:
        return StoreError(
            text("The store {file} is damaged.", file=file),
            text("Recover what can be read: bayesdesk doctor --repair. Nothing is deleted."),
        )
    if "locked" in message or "busy" in message:
        return StoreError(
            text("The store {file} has been locked by another program for too long.", file=file),
            text("Close other programs that have it open, then try again."),
        )
    return StoreError(text("The store {file} reports: {error}.", file=file, error=message))
