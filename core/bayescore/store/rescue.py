"""Taking what can be read out of a damaged store.

Every table is read by row id, which needs neither its indexes nor its neighbours. Where
a page cannot be read the range is halved until what lies around the page has been read.
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
from bayescore.store import jobs, trials
from bayescore.store.backup import put_aside
from bayescore.store.data_folder import DataFolder
from bayescore.store.database import Database, explained
from bayescore.store.exclusive import alone
from bayescore.store.tables import metadata

_PAGE_ROWS = 512  # more rows than fit into one page
_PATIENCE = 200_000  # rows that cannot be read, one by one, before a table is given up
_BATCH = 10_000


@dataclass(frozen=True)
class Rescue:
    """What came of it.

    Attributes
    ----------
    aside
        Where the damaged file is now; ``None`` when the store was whole.
    rows
        Rows that were read, by table.
    unreadable
        Jobs and trials that were read but make no sense, or whose job is not there; they were left out.
    """

    aside: Path | None
    rows: dict[str, int]
    unreadable: int = 0


def is_whole(folder: DataFolder) -> bool:
    """Whether SQLite finds nothing amiss in the store's file; reads all of it."""
    if not folder.database.exists():
        return True
    try:
        with closing(sqlite3.connect(folder.database)) as connection:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def repair(folder: DataFolder, told: Callable[[str, int], None] = lambda _table, _rows: None) -> Rescue:
    """Put a new store with everything that can still be read in place of a damaged one.

    The damaged file is kept beside it; nothing is deleted.

    Parameters
    ----------
    told
        Called now and then with a table's name and the rows read so far.

    Raises
    ------
    StoreError
        When the folder is in use or cannot be written, or nothing can be read.
    """
    folder.prepare()
    with alone(folder):
        if is_whole(folder):
            return Rescue(None, {})
        with tempfile.TemporaryDirectory(prefix=".rescue-", dir=folder.root) as made:
            fresh = DataFolder(Path(made))
            Database(fresh).open().close()
            with explained(fresh.database):
                rows = _copied(folder.database, fresh.database, told)
                unreadable = _without_nonsense(fresh)
            if not any(rows.values()):
                raise StoreError(
                    text("Nothing in the store {file} can be read.", file=folder.database),
                    text("Restore a backup: bayesdesk restore FILE --replace"),
                )
            aside = put_aside(folder, "damaged", store_only=True)
            fresh.database.rename(folder.database)
    return Rescue(aside, rows, unreadable)


def _copied(damaged: Path, fresh: Path, told: Callable[[str, int], None]) -> dict[str, int]:
    with closing(_opened(damaged, fresh)) as source, closing(sqlite3.connect(fresh)) as target:
        rows = {table: _copy_table(source, target, table, told) for table in metadata.tables}
        target.commit()
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target.execute("PRAGMA journal_mode=DELETE")
    return rows


def _opened(damaged: Path, fresh: Path) -> sqlite3.Connection:
    """A connection that knows the damaged file's tables, from a new store's first page where its own is lost.

    The tables of every store were made in the same order, so that their roots are the same pages.
    """
    connection = _connected(f"{damaged.as_uri()}?mode=ro")
    try:
        connection.execute("SELECT count(*) FROM jobs, trials, metrics WHERE 0").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
    else:
        return connection
    mended = fresh.with_name("mended.sqlite3")
    shutil.copyfile(damaged, mended)
    with mended.open("r+b") as file:
        file.write(_first_page(fresh))
    log = damaged.with_name(f"{damaged.name}-wal")
    if log.exists():
        shutil.copyfile(log, mended.with_name(f"{mended.name}-wal"))
    return _connected(mended.as_uri())


def _connected(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return connection


def _first_page(store: Path) -> bytes:
    """A store's first page, such that SQLite counts the file's pages itself."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = int(connection.execute("PRAGMA page_size").fetchone()[0])
    page = bytearray(store.read_bytes()[:size])
    # a change counter unlike the one behind the page count: that count is not believed
    page[24:28] = bytes(4)
    page[32:40] = bytes(8)  # no free pages
    page[92:96] = b"\xff" * 4
    return bytes(page)


def _copy_table(
    source: sqlite3.Connection, target: sqlite3.Connection, table: str, told: Callable[[str, int], None]
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
            count += _inserted(target, insert, batch)
            told(table, count)
            batch.clear()
    return count + _inserted(target, insert, batch)


def _inserted(target: sqlite3.Connection, insert: str, rows: list[tuple[object, ...]]) -> int:
    before = target.total_changes
    try:
        target.executemany(insert, rows)
    except sqlite3.DatabaseError:  # one row that no longer fits its columns keeps no other one out
        for row in rows:
            with suppress(sqlite3.DatabaseError):
                target.execute(insert, row)
    return target.total_changes - before


def _last_row(source: sqlite3.Connection, table: str) -> int:
    """A row id that no row of the table is beyond."""
    queries = (f"SELECT max(rowid) FROM {table}", f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'")
    for query in queries:
        with suppress(sqlite3.DatabaseError):
            found = source.execute(query).fetchone()
            if found is not None and isinstance(found[0], int):
                return found[0]
    pages = int(source.execute("PRAGMA page_count").fetchone()[0])
    return pages * _PAGE_ROWS


class _Reader:
    """Reads the rows of one table that can be read, in the order of their ids."""

    def __init__(self, source: sqlite3.Connection, select: str) -> None:
        self._source = source
        self._query = f"{select} WHERE rowid BETWEEN ? AND ? ORDER BY rowid"
        self._patience = _PATIENCE

    def rows(self, last: int) -> Iterator[tuple[object, ...]]:
        """Every row from id 0 to ``last``, without its id."""
        ranges = [(0, last)]
        while ranges and self._patience:
            low, high = ranges.pop()
            try:
                for row in self._source.execute(self._query, (low, high)):
                    low = row[0] + 1
                    yield row[1:]
            except sqlite3.DatabaseError:
                self._patience -= 1
                if low < high:
                    middle = (low + high) // 2
                    ranges += [(middle + 1, high), (low, middle)]


def _without_nonsense(fresh: DataFolder) -> int:
    """Take out jobs and trials that the store's own readers cannot read; how many."""
    database, left_out = Database(fresh).open(), 0
    try:
        with database.write() as connection:
            found = connection.exec_driver_sql("SELECT id FROM jobs ORDER BY seq").scalars().all()
            for job in found:
                try:
                    jobs.get(connection, job)
                except Exception:  # whatever the remains of a page make a reader say
                    connection.exec_driver_sql("DELETE FROM jobs WHERE id = ?", (job,))
                    left_out += 1
            for trial in connection.exec_driver_sql("SELECT id FROM trials").scalars().all():
                try:
                    jobs.get(connection, trials.get(connection, trial).job)
                except Exception:
                    connection.exec_driver_sql("DELETE FROM trials WHERE id = ?", (trial,))
                    left_out += 1
    finally:
        database.close()
    return left_out
