"""What users request of jobs, brought about: cancel, re-run, continue."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from bayescore.config.models import MAX_TRIALS
from bayescore.engine import cancellation
from bayescore.engine.job_run import JobRun
from bayescore.errors import ConfigError, StoreError
from bayescore.i18n import text
from bayescore.store import Database, Job, JobState, Request, TrialState, jobs, trials
from bayescore.store import requests as store_requests


def check_runs_here(job: Job) -> None:
    """See that a job can go on.

    Raises
    ------
    ConfigError
        When it was imported, or was restored and says no longer where it ran.
    """
    if not job.submission.is_imported and not job.submission.has_endpoint:
        raise ConfigError(
            text("Job {id} was restored from a backup that does not say where it can run.", id=job.id),
            text(
                "Start a new one that learns from it: bayesdesk gear run hypertuning --history {id}",
                id=job.id,
            ),
        )
    if job.submission.is_imported:
        raise ConfigError(
            text("Job {id} was imported: it ran elsewhere and does not go on.", id=job.id),
            text("Learn from it: bayesdesk gear run hypertuning --history {id}", id=job.id),
        )


def fulfil(database: Database, runs: Mapping[str, JobRun]) -> None:
    """Bring about every open request, or its next step; a cancellation stays open until it is done.

    Raises
    ------
    StoreError
        When one of them cannot be noted; the others are brought about all the same.
    """
    with database.read() as connection:
        pending = store_requests.unfinished(connection)
    trouble: StoreError | None = None
    for request in pending:
        try:
            with database.write() as connection:
                if _step(connection, request, runs):
                    store_requests.mark_done(connection, request)
        except StoreError as error:
            trouble = error
    if trouble is not None:
        raise trouble


def heed_left(database: Database, runs: Mapping[str, JobRun]) -> None:
    """Take in the cancellations that the store could not take, and remove those that are done."""
    for asked in cancellation.left(database.folder):
        run = runs.get(asked.job)
        if run is None:
            asked.done()  # the job has ended
        elif asked.trial is None:
            run.cancelled = True
        elif run.is_unended(asked.trial):
            run.cancelled_trials.add(asked.trial)
        else:
            asked.done()


def _step(connection: sa.Connection, request: Request, runs: Mapping[str, JobRun]) -> bool:
    job = jobs.get(connection, request.job)
    if request.kind == store_requests.CANCEL:
        return _cancel(connection, request, job, runs.get(job.id))
    if job.submission.is_imported or not job.submission.has_endpoint:
        return True  # it ran elsewhere
    if request.kind == store_requests.RERUN:
        _rerun(connection, request, job)
    elif request.kind == store_requests.CONTINUE:
        made = len(trials.of_job(connection, job.id))
        more = min(request.count or 0, MAX_TRIALS)
        jobs.extend(connection, job.id, max(made + more, 1))
        jobs.begin_run(connection, job.id)
    return True


def _cancel(connection: sa.Connection, request: Request, job: Job, run: JobRun | None) -> bool:
    if job.state.ended:
        return True
    if request.trial is None:
        if run is not None:
            run.cancelled = True
        elif job.state is JobState.QUEUED and not trials.of_job(connection, job.id):
            jobs.move(connection, job.id, JobState.CANCELLED)
            return True
        return False
    trial = next((t for t in trials.of_job(connection, job.id) if t.number == request.trial), None)
    if trial is None or trial.state.ended:
        return True
    if run is not None:
        run.cancelled_trials.add(request.trial)
    return False


def _rerun(connection: sa.Connection, request: Request, job: Job) -> None:
    chosen = [
        t
        for t in trials.of_job(connection, job.id)
        if t.state.ended
        and (t.number == request.trial if request.trial else t.state in (TrialState.FAILED, TrialState.LOST))
    ]
    for trial in chosen:
        trials.retry(connection, trial)
    if chosen:
        jobs.begin_run(connection, job.id)
