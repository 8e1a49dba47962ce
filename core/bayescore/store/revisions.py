"""Revision numbers: they tell a reader that keeps what it has read whether it must read it again.

New rows are found by cursor, and trials that have not ended are few.  What else changes is counted here, in
the transaction that changes it: rows of jobs, trials that had ended, points that are deleted.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bayescore.store.tables import jobs, settings

_BUMP = (
    "INSERT INTO settings (name, value) VALUES (?, '1')"
    " ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
)
_JOBS = "revision:jobs"
# Larger than in every row: a repaired store can have lost the number and kept the rows.
_NEXT = "(SELECT coalesce(max(changed), 0) + 1 FROM jobs)"
_BUMP_JOBS = (
    f"INSERT INTO settings (name, value) VALUES ('{_JOBS}', {_NEXT})"
    f" ON CONFLICT (name) DO UPDATE SET value = max(CAST(value AS INTEGER) + 1, {_NEXT})"
)
_MARK_JOB = (
    f"UPDATE jobs SET changed = (SELECT CAST(value AS INTEGER) FROM settings WHERE name = '{_JOBS}')"
    " WHERE id = ?"
)
# The first two hold without the number: a restored backup brings jobs that nobody has counted.
_OF_JOBS = sa.select(
    sa.select(sa.func.count()).select_from(jobs).scalar_subquery(),
    sa.select(sa.func.max(jobs.c.seq)).scalar_subquery(),
    sa.select(settings.c.value).where(settings.c.name == _JOBS).scalar_subquery(),
)


def bump_jobs(connection: sa.Connection, job: str) -> None:
    """Count a change of a job's row, and mark the row with the number."""
    connection.exec_driver_sql(_BUMP_JOBS)
    connection.exec_driver_sql(_MARK_JOB, (job,))


def bump_ended_trials(connection: sa.Connection, job: str) -> None:
    """Count a change of a trial that had ended."""
    connection.exec_driver_sql(_BUMP, (_ended_trials(job),))


def bump_deleted_points(connection: sa.Connection, job: str) -> None:
    """Count a deletion of points."""
    connection.exec_driver_sql(_BUMP, (_deleted_points(job),))


def of_jobs(connection: sa.Connection) -> tuple[object, ...]:
    """A value that is another one after every change of the jobs' rows."""
    return tuple(connection.execute(_OF_JOBS).one())


def of_job(connection: sa.Connection, job: str) -> tuple[str | None, str | None]:
    """Revisions of a job's ended trials and of its deleted points."""
    found = _values(connection, [_ended_trials(job), _deleted_points(job)])
    return found[0], found[1]


def remove(connection: sa.Connection, job: str) -> None:
    """Forget a job that is deleted."""
    names = [_ended_trials(job), _deleted_points(job)]
    connection.execute(settings.delete().where(settings.c.name.in_(names)))


def _values(connection: sa.Connection, names: Sequence[str]) -> list[str | None]:
    query = sa.select(settings.c.name, settings.c.value).where(settings.c.name.in_(names))
    found = {row.name: str(row.value) for row in connection.execute(query)}
    return [found.get(name) for name in names]


def _ended_trials(job: str) -> str:
    return f"revision:trials:{job}"


def _deleted_points(job: str) -> str:
    return f"revision:points:{job}"
