"""Metric points and logged parameters: appended by the listener, read with a cursor."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bayescore.store import revisions
from bayescore.store.records import NewPoints, Point, Trial, dumps, from_column, to_column
from bayescore.store.tables import logged_parameters, metrics, points, spooled, trials
from bayescore.times import now

if TYPE_CHECKING:  # importing NumPy would slow down commands that do not need it
    import numpy as np
    from numpy.typing import NDArray

_INSERT = "INSERT INTO points (job, trial, attempt, metric, value, at) VALUES (?, ?, ?, ?, ?, ?)"
_PARAMETER = (
    "INSERT OR REPLACE INTO logged_parameters (trial, attempt, name, value, at) VALUES (?, ?, ?, ?, ?)"
)
_COLUMNS = (
    "SELECT seq, trial, attempt, metric, value FROM points WHERE job = ? AND seq > ? ORDER BY seq LIMIT ?"
)
_WITH_TIMES = (
    "SELECT seq, trial, attempt, metric, value, at FROM points WHERE job = ? AND seq > ? ORDER BY seq LIMIT ?"
)
_PAGE_ROWS = 50_000
_MAX_CACHED_NAMES = 10_000
_LARGEST = sys.float_info.max
_CLEAR = (
    "DELETE FROM points WHERE seq IN (SELECT seq FROM points WHERE trial = ? AND attempt = ?"
    " AND metric = (SELECT id FROM metrics WHERE name = ?) LIMIT ?)"
)
# One index seek per metric: a trial may have millions of points of each.
_METRICS_OF = """
WITH RECURSIVE found(metric) AS (
    SELECT min(metric) FROM points WHERE trial = :trial
    UNION ALL
    SELECT (SELECT min(metric) FROM points WHERE trial = :trial AND metric > found.metric)
    FROM found WHERE found.metric IS NOT NULL)
SELECT name FROM found JOIN metrics ON metrics.id = found.metric
"""
# CROSS JOIN reads the trials first and their points by index; the other order reads every point of the job.
_REPORTED = """
SELECT 1 FROM trials CROSS JOIN points ON points.trial = trials.id
WHERE trials.job = ? AND points.metric = (SELECT id FROM metrics WHERE name = ?) LIMIT 1
"""


class PointWriter:
    """Appends points and caches the ids of metrics, which never change."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def append(self, connection: sa.Connection, batch: Iterable[NewPoints]) -> None:
        """Write a batch in its order; call :meth:`forget` when the transaction is rolled back."""
        rows: list[tuple[Any, ...]] = []
        for new in batch:
            at = time.time()
            if new.clear is not None:
                self._flush(connection, rows)
                clear(connection, new.trial, new.attempt, new.clear)
            rows += [
                (new.job_seq, new.trial, new.attempt, self._metric(connection, name), to_column(value), at)
                for name, value in new.values
            ]
            for name, value in new.parameters.items():
                connection.exec_driver_sql(_PARAMETER, (new.trial, new.attempt, name, dumps(value), now()))
        self._flush(connection, rows)

    @staticmethod
    def _flush(connection: sa.Connection, rows: list[tuple[Any, ...]]) -> None:
        if rows:
            connection.exec_driver_sql(_INSERT, rows)
            rows.clear()

    def _metric(self, connection: sa.Connection, name: str) -> int:
        if name not in self._ids:
            if len(self._ids) >= _MAX_CACHED_NAMES:
                self._ids.clear()
            connection.exec_driver_sql("INSERT OR IGNORE INTO metrics (name) VALUES (?)", (name,))
            query = sa.select(metrics.c.id).where(metrics.c.name == name)
            self._ids[name] = connection.execute(query).scalar_one()
        return self._ids[name]

    def forget(self) -> None:
        """Clear the cache of ids, after a transaction that was rolled back."""
        self._ids.clear()


def clear(connection: sa.Connection, trial: int, attempt: int, metric: str, limit: int = -1) -> int:
    """Delete at most ``limit`` points of a metric of an attempt (-1: all); return their number."""
    deleted = connection.exec_driver_sql(_CLEAR, (trial, attempt, metric, limit)).rowcount
    if deleted > 0:
        query = sa.select(trials.c.job).where(trials.c.id == trial)
        if (job := connection.execute(query).scalar()) is not None:
            revisions.bump_deleted_points(connection, job)
    return deleted


def since(connection: sa.Connection, job_seq: int, cursor: int = 0, limit: int = _PAGE_ROWS) -> list[Point]:
    """Points of a job after ``cursor`` (the ``seq`` of the last one read), oldest first."""
    query = (
        sa.select(points.c.seq, points.c.trial, points.c.attempt, metrics.c.name, points.c.value, points.c.at)
        .join(metrics, metrics.c.id == points.c.metric)
        .where(points.c.job == job_seq, points.c.seq > cursor)
        .order_by(points.c.seq)
        .limit(limit)
    )
    return [Point(r[0], r[1], r[2], r[3], from_column(r[4]), r[5]) for r in connection.execute(query)]


@dataclass(frozen=True)
class PointColumns:
    """Points as columns, each of shape (n,), in order of arrival; see :func:`metric_names`."""

    seq: NDArray[np.int64]
    trial: NDArray[np.int64]
    attempt: NDArray[np.int64]
    metric: NDArray[np.int64]
    value: NDArray[np.float64]


def columns_since(connection: sa.Connection, job_seq: int, cursor: int, limit: int) -> PointColumns:
    """The same points as :func:`since`, as arrays: faster for hundreds of thousands of points."""
    import numpy as np

    found = connection.exec_driver_sql(_COLUMNS, (job_seq, cursor, limit))
    rows = found.cursor.fetchall() if found.cursor is not None else []
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    numbers = [np.array(column, dtype=np.int64) for column in columns[:4]]
    value = np.array(columns[4], dtype=np.float64)  # None, as NULL is read, becomes NaN
    return PointColumns(numbers[0], numbers[1], numbers[2], numbers[3], value)


def metric_names(connection: sa.Connection, identifiers: Collection[int]) -> dict[int, str]:
    """Names of metrics by id; an id always means the same name."""
    query = sa.select(metrics.c.id, metrics.c.name).where(metrics.c.id.in_(identifiers))
    return {int(row[0]): str(row[1]) for row in connection.execute(query)}


@dataclass(frozen=True)
class MetricPage:
    """Points of one metric in order of arrival.

    Attributes
    ----------
    by_attempt
        Values and times of arrival, by trial (row id) and attempt.
    cursor
        For the next page.
    is_last
        Whether there is none.
    """

    by_attempt: dict[tuple[int, int], tuple[list[float], list[float]]]
    cursor: int
    is_last: bool


def of_metric_since(
    connection: sa.Connection, job_seq: int, metric: str, cursor: int, limit: int
) -> MetricPage:
    """Points of one metric of a job among the next ``limit`` points after ``cursor``."""
    identifier = connection.execute(sa.select(metrics.c.id).where(metrics.c.name == metric)).scalar()
    rows = connection.exec_driver_sql(_WITH_TIMES, (job_seq, cursor, limit)).fetchall()
    found: dict[tuple[int, int], tuple[list[float], list[float]]] = {}
    for _seq, trial, attempt, number, value, at in rows:
        if number == identifier:
            values, times = found.setdefault((trial, attempt), ([], []))
            values.append(from_column(value))
            times.append(at)
    return MetricPage(found, rows[-1][0] if rows else cursor, len(rows) < limit)


def newest(connection: sa.Connection, job_seq: int) -> int:
    """Cursor of the newest point of a job; 0 when there is none."""
    query = sa.select(sa.func.max(points.c.seq)).where(points.c.job == job_seq)
    return int(connection.execute(query).scalar() or 0)


def newest_at(connection: sa.Connection, job_seq: int) -> float | None:
    """When the newest point of a job arrived, in seconds since 1970; ``None`` without points."""
    query = sa.select(points.c.at).where(points.c.job == job_seq).order_by(points.c.seq.desc())
    return connection.execute(query.limit(1)).scalar()


def count(connection: sa.Connection, job_seq: int) -> int:
    """Number of points of a job."""
    query = sa.select(sa.func.count()).where(points.c.job == job_seq)
    return int(connection.execute(query).scalar_one())


def of_trial(connection: sa.Connection, trial: Trial) -> dict[str, list[float]]:
    """Values of a trial's newest attempt by metric, in order of arrival."""
    return of_trials(connection, [trial])[trial.id]


def of_trials(connection: sa.Connection, selected: Sequence[Trial]) -> dict[int, dict[str, list[float]]]:
    """Values of several trials' newest attempts, by trial id and metric."""
    series: dict[int, dict[str, list[float]]] = {t.id: {} for t in selected}
    attempts = {t.id: t.attempt for t in selected}
    query = (
        sa.select(points.c.trial, points.c.attempt, metrics.c.name, points.c.value)
        .join(metrics, metrics.c.id == points.c.metric)
        .where(points.c.trial.in_(list(attempts)))
        .order_by(points.c.seq)
    )
    for trial, attempt, name, value in connection.execute(query):
        if attempts[trial] == attempt:
            series[trial].setdefault(name, []).append(from_column(value))
    return series


def counts(connection: sa.Connection, trial: Trial) -> dict[str, int]:
    """Number of values of a trial's newest attempt, by metric."""
    query = (
        sa.select(metrics.c.name, sa.func.count())
        .join(points, points.c.metric == metrics.c.id)
        .where(points.c.trial == trial.id, points.c.attempt == trial.attempt)
        .group_by(metrics.c.name)
        .order_by(metrics.c.id)
    )
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}


def last_value(connection: sa.Connection, trial: Trial, metric: str) -> float | None:
    """Last value of a metric in a trial's newest attempt; ``None`` when there is none."""
    query = _of_metric(trial, metric).order_by(points.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else from_column(row.value)


def best_finite(
    connection: sa.Connection, trial: Trial, metric: str, *, maximize: bool, newest: int | None = None
) -> float | None:
    """Largest or smallest finite value of a metric in a trial's newest attempt.

    Parameters
    ----------
    newest
        Number of the newest points to read; ``None`` reads all, which takes a second for millions.
    """
    query = _of_metric(trial, metric)
    if newest is not None:
        query = query.order_by(points.c.seq.desc()).limit(newest)
    values = query.subquery().c.value
    best = sa.func.max(values) if maximize else sa.func.min(values)
    found = connection.execute(sa.select(best).where(sa.func.abs(values) <= _LARGEST)).scalar()
    return None if found is None else float(found)


def _of_metric(trial: Trial, metric: str) -> sa.Select[tuple[float | None]]:
    named = sa.select(metrics.c.id).where(metrics.c.name == metric).scalar_subquery()
    return sa.select(points.c.value).where(
        points.c.trial == trial.id, points.c.metric == named, points.c.attempt == trial.attempt
    )


def is_reported(connection: sa.Connection, job: str, metric: str) -> bool:
    """Whether any trial of a job has reported a metric."""
    return connection.exec_driver_sql(_REPORTED, (job, metric)).first() is not None


def names_of(connection: sa.Connection, trial: Trial) -> tuple[set[str], set[str]]:
    """Names of the metrics that a trial has reported and of the parameters that its attempt has logged."""
    reported = connection.execute(sa.text(_METRICS_OF), {"trial": trial.id}).scalars()
    query = sa.select(logged_parameters.c.name).where(
        logged_parameters.c.trial == trial.id, logged_parameters.c.attempt == trial.attempt
    )
    return set(reported), set(connection.execute(query).scalars())


def parameters_of(connection: sa.Connection, trial: Trial) -> dict[str, Any]:
    """Parameters that a trial's newest attempt has logged."""
    query = logged_parameters.select().where(
        logged_parameters.c.trial == trial.id, logged_parameters.c.attempt == trial.attempt
    )
    return {row.name: json.loads(row.value) for row in connection.execute(query)}


def spool_offset(connection: sa.Connection, trial: Trial) -> int:
    """Number of bytes of a trial's spool file that have been read."""
    query = sa.select(spooled.c.offset).where(spooled.c.trial == trial.id, spooled.c.attempt == trial.attempt)
    return int(connection.execute(query).scalar() or 0)


def set_spool_offset(connection: sa.Connection, trial: Trial, offset: int) -> None:
    """Store how far a spool file has been read, in the transaction that stores its points."""
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO spooled (trial, attempt, offset) VALUES (?, ?, ?)",
        (trial.id, trial.attempt, offset),
    )


def every(connection: sa.Connection, job_seq: int) -> Iterator[Point]:
    """All points of a job, oldest first, read page by page."""
    cursor = 0
    while page := since(connection, job_seq, cursor):
        yield from page
        cursor = page[-1].seq
