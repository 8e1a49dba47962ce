"""Rows of a store that somebody else may have written, taken over into a new one.

The file itself is never used: it could hold views, triggers or rows that make no sense.  Known columns of
known tables are read, rows whose values are of another kind than ours stay behind, and no job goes on by
itself.
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
from bayescore.store.database import Database, explained
from bayescore.store.records import IMPORTED
from bayescore.store.states import JobState, TrialState
from bayescore.store.tables import metadata
from bayescore.times import now

_TABLES = ("jobs", "trials", "metrics", "points", "logged_parameters", "events")
_KINDS: dict[type, str] = {sa.Integer: "'integer'", sa.Float: "'real', 'integer'", sa.Text: "'text'"}
_VIRTUAL = re.compile(r"\s*CREATE\s+VIRTUAL", re.IGNORECASE)
_MOST_BYTES = 2**28  # of one value
_STOPPED = text("It had not ended when the backup was made.")


@dataclass(frozen=True)
class TakenOver:
    """What came of it.

    Attributes
    ----------
    stopped
        Jobs that had not ended, and have now.
    left_out
        Rows that make no sense.
    """

    stopped: int
    left_out: int


def take_over(
    source: Path, fresh: DataFolder, *, shown: Path, docker: str | None, snapshots: Set[str]
) -> TakenOver:
    """Copy jobs, trials, points and events into a new store, whose jobs have all ended.

    Parameters
    ----------
    shown
        What to call the store in messages: the backup that it came in.
    docker
        Endpoint of this machine's container engine, for jobs that ran in containers.
    snapshots
        Ids of the jobs whose copy of the project is there; the others can be looked at and do not go on.

    Raises
    ------
    StoreError
        When it is damaged, is not a store of ours, or a job has an id that we would not have given it.
    """
    try:
        with closing(_opened(source)) as origin:
            _check(origin, shown)
    except sqlite3.DatabaseError as error:
        raise StoreError(
            text("The store inside {file} is damaged: {said}.", file=shown, said=error)
        ) from None
    database = Database(fresh).open()
    try:
        with explained(fresh.database), closing(sqlite3.connect(fresh.database, uri=True)) as copy:
            copy.execute("PRAGMA trusted_schema=OFF")
            copy.execute(f"ATTACH '{source.as_uri()}?mode=ro' AS origin")
            left_out = sum(_copy(copy, table) for table in _TABLES)
            copy.commit()
        with database.write() as connection:
            _check_ids(connection, fresh, shown)
            left_out += _without_nonsense(connection)
            stopped = _end(connection)
            _place(connection, docker, snapshots)
    finally:
        database.close()
    return TakenOver(stopped, left_out)


def _opened(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES)
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    return connection


def _check(origin: sqlite3.Connection, source: Path) -> None:
    said = origin.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        raise StoreError(text("The store inside {file} is damaged: {said}.", file=source, said=said))
    for table in _TABLES:
        found = origin.execute("SELECT type, sql FROM sqlite_schema WHERE name = ?", (table,)).fetchall()
        plain = [sql for kind, sql in found if kind == "table" and not _VIRTUAL.match(str(sql))]
        computed = [c for c in origin.execute(f"PRAGMA table_xinfo({table})") if c[6]]
        if len(found) != 1 or not plain or computed:
            raise StoreError(
                text("{file} is not a store of Bayesdesk: its table “{table}” is not one of ours.",
                     file=source, table=table)
            )  # fmt: skip


def _copy(copy: sqlite3.Connection, table: str) -> int:
    """Copy the rows of a table that are as ours are; how many are not."""
    there = {str(c[1]) for c in copy.execute(f"PRAGMA origin.table_info({table})")}
    columns = [c for c in metadata.tables[table].columns if c.name in there]
    names = ", ".join(f'"{c.name}"' for c in columns)
    sound = " AND ".join(_is_sound(c) for c in columns)
    before = copy.total_changes
    copy.execute(
        f"INSERT OR IGNORE INTO main.{table} ({names}) SELECT {names} FROM origin.{table} WHERE {sound}"
    )
    (count,) = copy.execute(f"SELECT count(*) FROM origin.{table}").fetchone()
    return int(count) - (copy.total_changes - before)


def _is_sound(column: sa.Column[object]) -> str:
    kinds = _KINDS[type(column.type)] + (", 'null'" if column.nullable else "")
    return f'typeof("{column.name}") IN ({kinds})'


def _check_ids(connection: sa.Connection, folder: DataFolder, source: Path) -> None:
    """See that every id can be the name of a folder, and is no way out of the data folder."""
    numbers = connection.exec_driver_sql("SELECT DISTINCT job, number FROM trials").all()
    try:
        for identifier in connection.exec_driver_sql("SELECT id FROM jobs").scalars():
            folder.job(identifier)
        for identifier, number in numbers:
            folder.trial(identifier, number)
    except StoreError as error:
        raise StoreError(
            text("The store inside {file} is forged: {reason}", file=source, reason=error.message),
            text("Nothing was restored. Use a backup that you have made yourself."),
        ) from None


def _without_nonsense(connection: sa.Connection) -> int:
    """Take out jobs and trials that our own readers cannot read; how many."""
    left_out = 0
    for table, read in (("jobs", jobs.get), ("trials", trials.get)):
        for identifier in connection.exec_driver_sql(f"SELECT id FROM {table}").scalars().all():
            try:
                read(connection, identifier)
            except Exception:  # whatever foreign JSON makes a reader say
                connection.exec_driver_sql(f"DELETE FROM {table} WHERE id = ?", (identifier,))
                left_out += 1
    gone = connection.exec_driver_sql("DELETE FROM trials WHERE job NOT IN (SELECT id FROM jobs)")
    return left_out + gone.rowcount


def _end(connection: sa.Connection) -> int:
    """End what had not ended: nothing runs because a file says so. How many jobs that were."""
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


def _place(connection: sa.Connection, docker: str | None, snapshots: Set[str]) -> None:
    """Forget where jobs ran, for no address of the file is called; what has no project does not go on."""
    connection.exec_driver_sql("UPDATE jobs SET endpoint = CASE runner WHEN 'docker' THEN ? END", (docker,))
    connection.exec_driver_sql(
        "UPDATE jobs SET runner = ? WHERE id NOT IN (SELECT value FROM json_each(?))",
        (IMPORTED, json.dumps(sorted(snapshots))),
    )
