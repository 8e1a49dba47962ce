"""Jobs in a store whose trials ran, and reported, at given times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bayescore import store
from bayescore.i18n import Text
from bayescore.store import CurveRecord, Database, Job, JobState, NewPoints, TrialState
from support.builders import a_submission

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Ran:
    """A trial that ran: its start and end in seconds, and its reports at equal distances up to the end."""

    start: float
    end: float
    reports: Sequence[float]
    state: TrialState = TrialState.SUCCEEDED
    reason: Text | None = None
    curve: CurveRecord | None = None


def a_timed_job(
    database: Database, *ran: Ran, ended: JobState = JobState.SUCCEEDED, **submission: Any
) -> Job:
    """Store a job whose trials ran at these times."""
    writer = store.points.PointWriter()
    with database.write() as connection:
        job = store.jobs.add(connection, a_submission(**submission))
        store.jobs.move(connection, job.id, JobState.RUNNING)
        for number, each in enumerate(ran, 1):
            trial = store.trials.add(connection, job.id, number, {"x": number / 100}, "random")
            store.trials.move(connection, trial, TrialState.STARTING)
            store.trials.move(connection, trial, TrialState.RUNNING, started_at=_at(each.start))
            values = tuple(("score", value) for value in each.reports)
            writer.append(connection, [NewPoints(job.seq, trial.id, 1, values)])
            _set_times(connection, trial.id, each)
            value = each.reports[-1] if each.reports else None
            if each.curve is not None:
                store.trials.set_curve(connection, trial.id, each.curve)
            store.trials.move(
                connection, trial, each.state, reason=each.reason, value=value, ended_at=_at(each.end)
            )
        return store.jobs.move(connection, job.id, ended) if ended is not JobState.RUNNING else job


def _at(seconds: float) -> str:
    return (BEGAN + timedelta(seconds=seconds)).isoformat(timespec="microseconds")


def _set_times(connection: Any, trial: int, ran: Ran) -> None:
    """Set when the reports arrived."""
    rows = connection.exec_driver_sql("SELECT seq FROM points WHERE trial = ? ORDER BY seq", (trial,)).all()
    for index, (seq,) in enumerate(rows, 1):
        at = BEGAN.timestamp() + ran.start + (ran.end - ran.start) * index / len(rows)
        connection.exec_driver_sql("UPDATE points SET at = ? WHERE seq = ?", (at, seq))
