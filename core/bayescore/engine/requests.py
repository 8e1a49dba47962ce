"""Carries out what users request of jobs: cancel, re-run, continue."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from bayescore.config.models import MAX_TRIALS
from bayescore.engine.job_run import JobRun
from bayescore.errors import StoreError
from bayescore.store import Database, Job, JobState, Request, TrialState, cancellation, jobs, trials
from bayescore.store import requests as store_requests


def fulfil(database: Database, runs: Mapping[str, JobRun]) -> None:
    """Carry out every open request. A cancellation stays open until the job or the trial has ended.

    Raises
    ------
    StoreError
        If the store cannot be written; the other requests are carried out nevertheless.
    """
    with database.read() as connection:
        open_requests = store_requests.unfinished(connection)
    failure: StoreError | None = None
    for request in open_requests:
        try:
            with database.write() as connection:
                if _step(connection, request, runs):
                    store_requests.mark_done(connection, request)
        except StoreError as error:
            failure = error
    if failure is not None:
        raise failure


def take_left(database: Database, runs: Mapping[str, JobRun]) -> None:
    """Read the cancellations that were left in files, and remove those that are done."""
    for asked in cancellation.pending_files(database.folder):
        run = runs.get(asked.job)
        if run is None:
            asked.remove()  # the job has ended
        elif asked.trial is None:
            run.cancelled = True
        elif run.is_unended(asked.trial):
            run.cancelled_trials.add(asked.trial)
        else:
            asked.remove()


def _step(connection: sa.Connection, request: Request, runs: Mapping[str, JobRun]) -> bool:
    job = jobs.get(connection, request.job)
    if request.kind == store_requests.CANCEL:
        return _cancel(connection, request, job, runs.get(job.id))
    if job.submission.is_imported or not job.submission.has_endpoint:
        return True  # it cannot run here
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
        trials.retry(connection, trial, runs_whole=trial.state is TrialState.STOPPED_EARLY)
    if chosen:
        jobs.begin_run(connection, job.id)
