"""The time that a job may take: whether another trial begins, and the end of those that run."""

from __future__ import annotations

from dataclasses import replace

from bayescore.results import budget_left, fits_budget
from bayescore.store import Database, Job, StopCause, Trial, TrialState, trials
from bayescore.times import now


def has_time(database: Database, job: Job) -> bool:
    """Whether another trial is expected to end within the job's budget."""
    return not _has_budget(job) or fits_budget(job, _trials(database, job), now())


def stop_if_used_up(database: Database, job: Job) -> None:
    """Store that the running trials are stopped, if nothing is left of the budget."""
    if not _has_budget(job):
        return
    found = _trials(database, job)
    if not budget_left(job, found, now()).is_used_up:
        return
    running = [t for t in found if t.state is TrialState.RUNNING and t.curve.stop is None]
    waiting = [t for t in found if t.state is TrialState.PENDING]
    if not running and not waiting:
        return
    with database.write() as connection:
        for trial in running:
            trials.set_curve(connection, trial.id, replace(trial.curve, stop=StopCause.BUDGET))
        for trial in waiting:
            trials.move(connection, trial, TrialState.CANCELLED)


def _has_budget(job: Job) -> bool:
    return job.local.max_hours is not None or job.local.max_gpu_hours is not None


def _trials(database: Database, job: Job) -> list[Trial]:
    with database.read() as connection:
        return trials.of_job(connection, job.id)
