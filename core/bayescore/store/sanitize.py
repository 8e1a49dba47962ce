"""Copying an untrusted store into a new one.

The untrusted file is not used itself: it could contain views, triggers or malformed rows.  Only known columns
of known tables are copied, rows with values of a wrong type are left out, and no job is left in a state in
which the engine would continue it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Set
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bayescore.errors import StoreError
from bayescore.i18n import text
from bayescore.store import jobs, trials
from bayescore.store.data_folder import DataFolder
from bayescore.store.database import Database, database_errors
from bayescore.store.records import IMPORTED
from bayescore.store.states import JobState, TrialState
from bayescore.store.tables import metadata
from bayescore.times import now

_TABLES = ("jobs", "trials", "metrics", "points", "logged_parameters", "events")
_SQL_TYPES: dict[type, str] = {sa.Integer: "'integer'", sa.Float: "'real', 'integer'", sa.Text: "'text'"}
_VIRTUAL = re.compile(r"\s*CREATE\s+VIRTUAL", re.IGNORECASE)
_MAX_VALUE_BYTES = 2**28
_STOPPED = text("It had not ended when the backup was made.")


@dataclass(frozen=True)
class SanitizedCopy:
    """Result of :func:`copy_sanitized`.

    Attributes
    ----------
    stopped
        Number of jobs that had not ended.
    left_out
        Number of malformed rows.
    """

    stopped: int
    left_out: int


def copy_sanitized(
    source: Path, fresh: DataFolder, *, name: Path, docker: str | None, snapshots: Set[str]
) -> SanitizedCopy:
    """Copy jobs, trials, points and events into a new store, and end all jobs.

    Parameters
    ----------
    name
        The backup that contains the store, for messages.
    docker
        Endpoint of this machine's container engine, for jobs that ran in containers.
    snapshots
        Ids of the jobs with a snapshot of the project; the others are marked as imported and cannot continue.

    Raises
    ------
    StoreError
        When the file is damaged, is not a store of Bayesdesk, or contains an invalid id.
    """
    try:
        with closing(_open(source)) as origin:
            _check(origin, name)
    except sqlite3.DatabaseError as error:
        raise StoreError(
            text("The store inside {file} is damaged: {error}.", file=name, error=error)
        ) from None
    database = Database(fresh).open()
    try:
        with database_errors(fresh.database), closing(sqlite3.connect(fresh.database, uri=True)) as copy:
            copy.execute("PRAGMA trusted_schema=OFF")
            copy.execute(f"ATTACH '{source.as_uri()}?mode=ro' AS origin")
            left_out = sum(_copy_table(copy, table) for table in _TABLES)
            copy.commit()
        with database.write() as connection:
            _check_ids(connection, fresh, name)
            left_out += delete_unreadable(connection)
            stopped = _end_jobs(connection)
            _reset_location(connection, docker, snapshots)
    finally:
        database.close()
    return SanitizedCopy(stopped, left_out)


def _open(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    return connection


def _check(origin: sqlite3.Connection, source: Path) -> None:
    result = origin.execute("PRAGMA quick_check(1)").fetchone()[0]
    if result != "ok":
        raise StoreError(text("The store inside {file} is damaged: {error}.", file=source, error=result))
    for table in _TABLES:
        found = origin.execute("SELECT type, sql FROM sqlite_schema WHERE name = ?", (table,)).fetchall()
        plain = [sql for kind, sql in found if kind == "table" and not _VIRTUAL.match(str(sql))]
        computed = [c for c in origin.execute(f"PRAGMA table_xinfo({table})") if c[6]]
        if len(found) != 1 or not plain or computed:
            raise StoreError(
                text("{file} is not a store of Bayesdesk: its table “{table}” has an unexpected structure.",
                     file=source, table=table)
            )  # fmt: skip


def _copy_table(copy: sqlite3.Connection, table: str) -> int:
    """Copy the valid rows of a table; return the number of the others."""
    existing = {str(c[1]) for c in copy.execute(f"PRAGMA origin.table_info({table})")}
    columns = [c for c in metadata.tables[table].columns if c.name in existing]
    names = ", ".join(f'"{c.name}"' for c in columns)
    valid = " AND ".join(_type_check(c) for c in columns)
    before = copy.total_changes
    copy.execute(
        f"INSERT OR IGNORE INTO main.{table} ({names}) SELECT {names} FROM origin.{table} WHERE {valid}"
    )
    (count,) = copy.execute(f"SELECT count(*) FROM origin.{table}").fetchone()
    return int(count) - (copy.total_changes - before)


def _type_check(column: sa.Column[object]) -> str:
    types = _SQL_TYPES[type(column.type)] + (", 'null'" if column.nullable else "")
    return f'typeof("{column.name}") IN ({types})'


def _check_ids(connection: sa.Connection, folder: DataFolder, source: Path) -> None:
    """Check that every id is valid as the name of a folder in the data folder."""
    numbers = connection.exec_driver_sql("SELECT DISTINCT job, number FROM trials").all()
    try:
        for identifier in connection.exec_driver_sql("SELECT id FROM jobs").scalars():
            folder.job(identifier)
        for identifier, number in numbers:
            folder.trial(identifier, number)
    except StoreError as error:
        raise StoreError(
            text("The store inside {file} is forged: {reason}", file=source, reason=error.message),
            text("Nothing was restored. Use a backup that you made yourself."),
        ) from None


def delete_unreadable(connection: sa.Connection) -> int:
    """Delete jobs and trials that cannot be read, and trials without a job; return their number."""
    left_out = 0
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # its trials are deleted after a job
    for table, read in (("jobs", jobs.get), ("jobs", jobs.summary), ("trials", trials.get)):
        for identifier in connection.exec_driver_sql(f"SELECT id FROM {table}").scalars().all():
            try:
                read(connection, identifier)
            except Exception:  # malformed JSON can raise anything
                connection.exec_driver_sql(f"DELETE FROM {table} WHERE id = ?", (identifier,))
                left_out += 1
    connection.exec_driver_sql("DELETE FROM wants WHERE job NOT IN (SELECT id FROM jobs)")
    orphans = connection.exec_driver_sql("DELETE FROM trials WHERE job NOT IN (SELECT id FROM jobs)")
    return left_out + orphans.rowcount


def _end_jobs(connection: sa.Connection) -> int:
    """Cancel jobs and trials that had not ended; return the number of jobs."""
    moment = now()
    for state in (s for s in TrialState if not s.ended):
        connection.exec_driver_sql(
            "UPDATE trials SET state = 'cancelled', ended_at = coalesce(ended_at, ?) WHERE state = ?",
            (moment, state),
        )
    connection.exec_driver_sql("UPDATE trials SET handle = NULL, token = lower(hex(randomblob(24)))")
    return sum(
        connection.exec_driver_sql(
            "UPDATE jobs SET state = 'cancelled', reason = ?, ended_at = ? WHERE state = ?",
            (_STOPPED.to_json(), moment, state),
        ).rowcount
        for state in (s for s in JobState if not s.ended)
    )


def _reset_location(connection: sa.Connection, docker: str | None, snapshots: Set[str]) -> None:
    """Replace the endpoints, which are not trusted; jobs without a snapshot become imported ones."""
    connection.exec_driver_sql("UPDATE jobs SET changed = 0")  # revisions of another store
    connection.exec_driver_sql("UPDATE jobs SET endpoint = CASE runner WHEN 'docker' THEN ? END", (docker,))
    connection.exec_driver_sql(
        "UPDATE jobs SET runner = ? WHERE id NOT IN (SELECT value FROM json_each(?))",
        (IMPORTED, json.dumps(sorted(snapshots))),
    )
