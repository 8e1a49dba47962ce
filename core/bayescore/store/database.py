"""Opening the store, and turning SQLite's complaints into messages for people."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError

from bayescore.errors import StoreError
from bayescore.files import ensure
from bayescore.i18n import text
from bayescore.store.data_folder import DataFolder

HEAD = "0002"  # newest migration
_BUSY_MS = 15_000
_PAGES = 2048  # copied between two words about the progress
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # With WAL, NORMAL keeps every committed point through the crash of any process, for the
    # commit is in the operating system's hands by then. Only a power cut can take the last
    # moments, and it never damages the file; FULL would cost a disk flush per commit.
    "PRAGMA synchronous=NORMAL",
    f"PRAGMA busy_timeout={_BUSY_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
)


class Database:
    """Connections to one store file: readers see a snapshot, one writer at a time."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self._reading = _engine(folder.database, "BEGIN")
        self._writing = _engine(folder.database, "BEGIN IMMEDIATE")

    def open(self) -> Database:
        """Prepare the folder and bring the tables up to date.

        Raises
        ------
        StoreError
            When the folder or the file cannot be used; nothing is changed then.
        """
        self.folder.prepare()
        with explained(self.folder.database):
            version = self._version()
            if version != HEAD:
                self._migrate(version)
        return self

    def close(self) -> None:
        """Close every connection."""
        self._reading.dispose()
        self._writing.dispose()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection whose reads all see one moment."""
        with explained(self.folder.database), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A connection in a write transaction: all of it is kept, or nothing."""
        with explained(self.folder.database), self._writing.begin() as connection:
            yield connection

    def _version(self) -> str | None:
        with self._reading.begin() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return str(version) if version else None

    def _migrate(self, version: str | None) -> None:
        from filelock import FileLock

        if version is not None and version > HEAD:
            raise StoreError(
                text("The data folder {folder} was written by a newer Bayesdesk.", folder=self.folder.root),
                text("Install the newer version, or set BAYESDESK_HOME to another folder."),
            )
        with FileLock(str(self.folder.root / "migration.lock"), mode=0o600):
            version = self._version()
            if version == HEAD:
                return
            if version is not None:
                copy_database(self.folder.database, self.folder.database.with_suffix(f".{version}.sqlite3"))
            with self._writing.begin() as connection:
                _upgrade(connection)


def copy_database(
    source: Path, target: Path, told: Callable[[int, int], None] = lambda _done, _all: None
) -> None:
    """Copy a store as it is at one moment, with what is in its write-ahead log, while others write to it.

    The copy is for this user's eyes only, as the store is.

    Parameters
    ----------
    told
        Called now and then with the bytes that are copied, and the bytes in all.
    """
    ensure(target, 0o600)
    with (
        closing(sqlite3.connect(source)) as origin,
        closing(sqlite3.connect(target)) as copy,
    ):
        size = int(origin.execute("PRAGMA page_size").fetchone()[0])
        origin.execute("BEGIN")  # else each commit of another program would begin the copy anew
        origin.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        origin.backup(
            copy, pages=_PAGES, progress=lambda _state, left, pages: told((pages - left) * size, pages * size)
        )
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, complete in itself


class ChangeWatch:
    """Tells whether another connection has committed since the last look; for one thread."""

    def __init__(self, folder: DataFolder) -> None:
        self._connection = sqlite3.connect(folder.database, isolation_level=None)
        self._seen = self._version()

    def changed(self) -> bool:
        """Whether there is something new."""
        before, self._seen = self._seen, self._version()
        return self._seen != before

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


def _upgrade(connection: sa.Connection) -> None:
    import logging

    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _engine(file: Path, begin: str) -> sa.Engine:
    url = sa.URL.create("sqlite+pysqlite", database=str(file))
    engine = sa.create_engine(url, connect_args={"check_same_thread": False, "timeout": _BUSY_MS / 1000})

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    @sa.event.listens_for(engine, "handle_error")
    def _failed(context: sa.ExceptionContext) -> None:
        # SQLite opens a file that cannot be written just then for reading, and never looks again
        if "readonly" in str(context.original_exception):
            context.is_disconnect = True

    return engine


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """Turn a database error into a :class:`StoreError` with a way out."""
    try:
        yield
    except (OperationalError, sqlite3.OperationalError, DatabaseError, sqlite3.DatabaseError) as error:
        raise _explanation(file, str(getattr(error, "orig", None) or error)) from error


def _explanation(file: Path, said: str) -> StoreError:
    folder = file.parent
    if "disk is full" in said:
        return StoreError(
            text("The disk that holds {folder} is full.", folder=folder),
            text("Free some space; nothing that was stored is lost, and the job can go on."),
        )
    if "readonly" in said or "unable to open" in said:
        return StoreError(
            text("The store {file} cannot be written.", file=file),
            text("Check the permissions of the folder, or set BAYESDESK_HOME to another one."),
        )
    if "not a database" in said or "malformed" in said:
        return StoreError(
            text("The store {file} is damaged.", file=file),
            text("What can be read is rescued by: bayesdesk doctor --repair. Nothing is deleted."),
        )
    if "locked" in said or "busy" in said:
        return StoreError(
            text("The store {file} is in use by another program for too long.", file=file),
            text("Close other programs that have it open, then try again."),
        )
    return StoreError(text("The store {file} reports: {said}.", file=file, said=said))
