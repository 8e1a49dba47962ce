"""Recovering the readable rows of a damaged store.

Each table is read by row id, which needs none of its indexes.  When a page cannot be read, the range of row
ids is halved until everything around the page has been read.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from bayescore.errors import StoreError
from bayescore.i18n import text
from bayescore.store.data_folder import DataFolder
from bayescore.store.database import Database, database_errors
from bayescore.store.replacement import exclusive_access, move_aside
from bayescore.store.sanitize import delete_unreadable
from bayescore.store.tables import metadata

_MAX_PAGE_ROWS = 512  # upper bound of the rows in one page
_MAX_FAILED_READS = 200_000  # per table
_BATCH = 10_000


@dataclass(frozen=True)
class Recovery:
    """Result of :func:`repair`.

    Attributes
    ----------
    aside
        Folder with the damaged file; ``None`` when the store was intact.
    rows
        Number of recovered rows by table.
    unreadable
        Number of jobs and trials that were malformed or whose job is missing; they were left out.
    """

    aside: Path | None
    rows: dict[str, int]
    unreadable: int = 0


def is_intact(folder: DataFolder) -> bool:
    """Whether SQLite finds no damage in the file of the store; reads the whole file."""
    if not folder.database.exists():
        return True
    try:
        with closing(sqlite3.connect(folder.database)) as connection:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def repair(folder: DataFolder, progress: Callable[[str, int], None] = lambda _table, _rows: None) -> Recovery:
    """Replace a damaged store with a new one that contains everything that can still be read.

    The damaged file is kept.

    Parameters
    ----------
    progress
        Called with the name of a table and the number of rows read so far.

    Raises
    ------
    StoreError
        When the folder is in use or cannot be written, or nothing can be read.
    """
    folder.prepare()
    with exclusive_access(folder):
        if is_intact(folder):
            return Recovery(None, {})
        with tempfile.TemporaryDirectory(prefix=".recovery-", dir=folder.root) as created:
            fresh = DataFolder(Path(created))
            Database(fresh).open().close()
            with database_errors(fresh.database):
                rows = _copy_tables(folder.database, fresh.database, progress)
                unreadable = _delete_unreadable(fresh)
            if not any(rows.values()):
                raise StoreError(
                    text("Nothing in the store {file} can be read.", file=folder.database),
                    text("Restore a backup: bayesdesk restore FILE --replace"),
                )
            aside = move_aside(folder, "damaged", store_only=True)
            fresh.database.rename(folder.database)
    return Recovery(aside, rows, unreadable)


def _copy_tables(damaged: Path, fresh: Path, progress: Callable[[str, int], None]) -> dict[str, int]:
    with closing(_open_damaged(damaged, fresh)) as source, closing(sqlite3.connect(fresh)) as target:
        rows = {table: _copy_table(source, target, table, progress) for table in metadata.tables}
        target.commit()
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target.execute("PRAGMA journal_mode=DELETE")
    return rows


def _open_damaged(damaged: Path, fresh: Path) -> sqlite3.Connection:
    """Open a damaged store; a lost first page, which lists the tables, is replaced with that of a new store.

    The migrations create the tables of every store in the same order and thus with the same root pages.
    """
    connection = _connect(f"{damaged.as_uri()}?mode=ro")
    try:
        connection.execute("SELECT count(*) FROM jobs, trials, metrics WHERE 0").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
    else:
        return connection
    patched = fresh.with_name("patched.sqlite3")
    shutil.copyfile(damaged, patched)
    with patched.open("r+b") as file:
        file.write(_first_page(fresh))
    log = damaged.with_name(f"{damaged.name}-wal")
    if log.exists():
        shutil.copyfile(log, patched.with_name(f"{patched.name}-wal"))
    return _connect(patched.as_uri())


def _connect(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return connection


def _first_page(store: Path) -> bytes:
    """First page of a store, changed so that SQLite takes the page count from the size of the file."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = int(connection.execute("PRAGMA page_size").fetchone()[0])
    page = bytearray(store.read_bytes()[:size])
    # the page count is ignored when the change counter differs from its copy at offset 92
    page[24:28] = bytes(4)
    page[32:40] = bytes(8)  # no free pages
    page[92:96] = b"\xff" * 4
    return bytes(page)


def _copy_table(
    source: sqlite3.Connection, target: sqlite3.Connection, table: str, progress: Callable[[str, int], None]
) -> int:
    known = {str(c[1]) for c in target.execute(f"PRAGMA table_info({table})")}
    try:
        columns = [str(c[1]) for c in source.execute(f"PRAGMA table_info({table})")]
    except sqlite3.DatabaseError:
        return 0
    columns = [c for c in columns if c in known]
    if not columns:
        return 0
    names = ", ".join(f'"{c}"' for c in columns)
    insert = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"
    count, batch = 0, []
    for row in _Reader(source, f"SELECT rowid, {names} FROM {table}").rows(_last_row(source, table)):
        batch.append(row)
        if len(batch) == _BATCH:
            count += _insert_rows(target, insert, batch)
            progress(table, count)
            batch.clear()
    return count + _insert_rows(target, insert, batch)


def _insert_rows(target: sqlite3.Connection, insert: str, rows: list[tuple[object, ...]]) -> int:
    before = target.total_changes
    try:
        target.executemany(insert, rows)
    except sqlite3.DatabaseError:  # insert the others without the malformed row
        for row in rows:
            with suppress(sqlite3.DatabaseError):
                target.execute(insert, row)
    return target.total_changes - before


def _last_row(source: sqlite3.Connection, table: str) -> int:
    """Upper bound of the row ids of a table."""
    queries = (f"SELECT max(rowid) FROM {table}", f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'")
    for query in queries:
        with suppress(sqlite3.DatabaseError):
            found = source.execute(query).fetchone()
            if found is not None and isinstance(found[0], int):
                return found[0]
    pages = int(source.execute("PRAGMA page_count").fetchone()[0])
    return pages * _MAX_PAGE_ROWS


class _Reader:
    """Reads the readable rows of a table in the order of their row ids."""

    def __init__(self, source: sqlite3.Connection, select: str) -> None:
        self._source = source
        self._query = f"{select} WHERE rowid BETWEEN ? AND ? ORDER BY rowid"
        self._failures_left = _MAX_FAILED_READS

    def rows(self, last: int) -> Iterator[tuple[object, ...]]:
        """Rows with ids from 0 to ``last``, without the ids."""
        ranges = [(0, last)]
        while ranges and self._failures_left:
            low, high = ranges.pop()
            try:
                for row in self._source.execute(self._query, (low, high)):
                    if row[0] < low:  # from a page that is only partly there
                        continue
                    low = row[0] + 1
                    yield row[1:]
            except sqlite3.DatabaseError:
                self._failures_left -= 1
                if low < high:
                    middle = (low + high) // 2
                    ranges += [(middle + 1, high), (low, middle)]


def _delete_unreadable(fresh: DataFolder) -> int:
    database = Database(fresh).open()
    try:
        with database.write() as connection:
            return delete_unreadable(connection)
    finally:
        database.close()
