"""An SQLite file of somebody else, opened so that only plain tables are read, within bounds."""

from __future__ import annotations

import sqlite3
import stat
from itertools import count
from pathlib import Path

_TABLES = (
    "version_info",
    "studies",
    "study_directions",
    "trials",
    "trial_params",
    "trial_values",
    "trial_intermediate_values",
)
_BESIDE = ("-journal", "-wal", "-shm")  # files that SQLite opens with a database
_MOST_BYTES = 2**20  # of one text or blob
_MOST_STEPS = 100_000_000  # of SQLite's machine; a study of 10,000 trials takes a few million
_AT_ONCE = 100_000


def open_storage(file: Path) -> sqlite3.Connection:
    """The storage, to be read only; whatever takes too many steps is interrupted.

    A view, a virtual table or a computed column under a name that we read would run what its author
    wrote, as often as he likes.

    Raises
    ------
    sqlite3.DatabaseError
        When it is no database, or a name that we read is not that of a plain table.
    """
    for end in _BESIDE:
        beside = file.resolve().with_name(file.resolve().name + end)
        if beside.exists() and not stat.S_ISREG(beside.stat().st_mode):
            raise sqlite3.DatabaseError(f"{beside.name} is not a regular file")
    storage = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    try:
        storage.execute("PRAGMA trusted_schema = OFF")
        storage.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES)
        storage.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        calls = count(1)
        storage.set_progress_handler(lambda: next(calls) * _AT_ONCE > _MOST_STEPS, _AT_ONCE)
        for name in _TABLES:
            _check(storage, name)
    except BaseException:
        storage.close()
        raise
    return storage


def _check(storage: sqlite3.Connection, name: str) -> None:
    found = storage.execute(
        "SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE", (name,)
    ).fetchall()
    kinds = [(kind, str(sql).lstrip()[:20].upper()) for kind, sql in found]
    if len(kinds) != 1 or kinds[0][0] != "table" or not kinds[0][1].startswith("CREATE TABLE"):
        raise sqlite3.DatabaseError(f"{name} is not a table")
    # hidden is 0 for a plain column, 2 or 3 for a computed one
    if any(column[6] for column in storage.execute(f"PRAGMA table_xinfo({name})")):
        raise sqlite3.DatabaseError(f"{name} has computed columns")
