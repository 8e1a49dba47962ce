"""Opens an SQLite file of unknown origin so that only plain tables are read, with bounded work."""

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
    "trial_system_attributes",
)
_COMPANIONS = ("-journal", "-wal", "-shm")  # suffixes of files that SQLite opens with a database
_MOST_BYTES = 2**20  # of one text or blob
_MOST_STEPS = 100_000_000  # of SQLite's virtual machine; a study of 10,000 trials takes a few million
_STEPS_PER_CALL = 100_000  # of the progress handler


def open_storage(file: Path) -> sqlite3.Connection:
    """Open a storage for reading. Queries that take too many steps are interrupted.

    Views, virtual tables and computed columns are refused, because reading them runs code of the
    file's author.

    Raises
    ------
    sqlite3.DatabaseError
        When the file is not a database, or lacks a plain table of Optuna's schema.
    """
    for suffix in _COMPANIONS:
        companion = file.resolve().with_name(file.resolve().name + suffix)
        if companion.exists() and not stat.S_ISREG(companion.stat().st_mode):
            raise sqlite3.DatabaseError(f"{companion.name} is not a regular file")
    storage = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    try:
        storage.execute("PRAGMA trusted_schema = OFF")
        storage.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES)
        storage.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        calls = count(1)
        storage.set_progress_handler(lambda: next(calls) * _STEPS_PER_CALL > _MOST_STEPS, _STEPS_PER_CALL)
        for name in _TABLES:
            _require_plain_table(storage, name)
    except BaseException:
        storage.close()
        raise
    return storage


def _require_plain_table(storage: sqlite3.Connection, name: str) -> None:
    found = storage.execute(
        "SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE", (name,)
    ).fetchall()
    kinds = [(kind, str(sql).lstrip()[:20].upper()) for kind, sql in found]
    if len(kinds) != 1 or kinds[0][0] != "table" or not kinds[0][1].startswith("CREATE TABLE"):
        raise sqlite3.DatabaseError(f"{name} is not a table")
    # hidden is 0 for a plain column, 2 or 3 for a computed one
    if any(column[6] for column in storage.execute(f"PRAGMA table_xinfo({name})")):
        raise sqlite3.DatabaseError(f"{name} has computed columns")
