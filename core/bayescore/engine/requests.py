"""Carries out what users request of jobs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from bayescore.config import JobChange, KnownSet
from bayescore.config.models import MAX_TRIALS
from bayescore.engine.job_run import JobRun
from bayescore.errors import StoreError
from bayescore.i18n import text
from bayescore.results.job_changes import change_text, extra_trials
from bayescore.store import (
    Database,
    Job,
    JobState,
    Request,
    StopCause,
    TrialState,
    cancellation,
    events,
    jobs,
    queue,
    trials,
)
from bayescore.store import requests as store_requests
from bayescore.times import now, parsed

_log = logging.getLogger(__name__)


def fulfil(database: Database, runs: Mapping[str, JobRun]) -> bool:
    """Carry out every open request. A cancellation stays open until the job or the trial has ended.

    A request that cannot be carried out is given up: it must not keep the engine from everything else.

    Returns
    -------
    bool
        Whether any was carried out.

    Raises
    ------
    StoreError
        If the store cannot be written; the other requests are carried out nevertheless.
    """
    with database.read() as connection:
        open_requests = store_requests.unfinished(connection)
    failure: StoreError | None = None
    is_any_done = False
    for request in open_requests:
        if not store_requests.is_due(request, now()):
            continue
        try:
            with database.write() as connection:
                if _step(connection, request, runs):
                    store_requests.mark_done(connection, request)
                    is_any_done = True
        except StoreError as error:
            failure = error
        except Exception:
            _log.exception("request %s of job %s", request.kind, request.job)
            _give_up(database, request)
    if failure is not None:
        raise failure
    return is_any_done


def _give_up(database: Database, request: Request) -> None:
    with database.write() as connection:
        store_requests.mark_done(connection, request)
        message = text(
            "The request “{kind}” could not be carried out; the log of the engine has the reason.",
            kind=request.kind,
        )
        events.add(connection, request.job, "request_failed", message, level="error")


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
    elif request.kind == store_requests.ADD:
        _add(connection, job, KnownSet.model_validate(request.data))
    elif job.state.ended:
        return True
    elif request.kind == store_requests.CHANGE:
        _change(connection, job, JobChange.model_validate(request.data))
    elif request.kind == store_requests.FINISH:
        _finish(connection, job, str(request.data.get("next", "")))
    elif request.kind == store_requests.REORDER:
        _reorder(connection, job, str(request.data.get("to", queue.LAST)))
    elif request.kind == store_requests.TURNS:
        _set_turns(connection, job, in_order=bool(request.data.get("in_order")))
    elif request.kind == store_requests.PAUSE:
        store_requests.withdraw(connection, job.id, store_requests.RESUME)
        _pause(connection, job, at_once=bool(request.data.get("now")))
    elif request.kind == store_requests.RESUME and job.state is JobState.PAUSED:
        _resume(connection, job)
    return True


def _add(connection: sa.Connection, job: Job, known: KnownSet) -> None:
    """Add a set to those that are run before the search continues; it counts beside the job's trials."""
    local = job.local.model_copy(update={"known": (*job.local.known, known)})
    jobs.change(connection, job.id, job.config, local, job.max_trials + 1)
    if job.state.ended:
        jobs.begin_run(connection, job.id)
    given = ", ".join(f"{name} = {value}" for name, value in known.parameters.items())
    events.add(connection, job.id, "trial_added", text("A trial was added by hand: {given}.", given=given))


def _pause(connection: sa.Connection, job: Job, *, at_once: bool) -> None:
    """Begin no more trials; with ``at_once`` those that run are ended, and begin again later."""
    if job.state is not JobState.PAUSED:
        jobs.move(connection, job.id, JobState.PAUSED)
        events.add(connection, job.id, "paused", text("The job was paused."))
    for trial in trials.active_of_job(connection, job.id) if at_once else ():
        if trial.curve.stop is None:
            trials.set_curve(connection, trial.id, replace(trial.curve, stop=StopCause.PAUSE))


def _reorder(connection: sa.Connection, job: Job, to: str) -> None:
    if not queue.move(connection, job.id, to):
        return
    words = {
        queue.FIRST: text("The job was put first in the queue."),
        queue.LAST: text("The job was put last in the queue."),
    }.get(to, text("The job was put behind job {id} in the queue.", id=to))
    events.add(connection, job.id, "reordered", words)


def _resume(connection: sa.Connection, job: Job) -> None:
    """Let a paused job continue, with the time for which it was paused added to what it may take."""
    has_begun = bool(trials.of_job(connection, job.id))
    jobs.move(connection, job.id, JobState.RUNNING if has_begun else JobState.QUEUED)
    events.add(connection, job.id, "resumed", text("The job was resumed."))
    paused_at, limit = events.last_at(connection, job.id, "paused"), job.local.max_hours
    if limit is not None and has_begun and paused_at:
        seconds = max(0.0, (parsed(now()) - parsed(paused_at)).total_seconds())
        if extra := round(seconds / 3600, 2):
            _change(connection, job, JobChange(max_hours=limit + extra))


def _set_turns(connection: sa.Connection, job: Job, *, in_order: bool) -> None:
    queue.set_in_order(connection, [job.id], in_order=in_order)
    words = (
        text("The job waits for the jobs ahead of it.")
        if in_order
        else text("The job takes turns with the others.")
    )
    events.add(connection, job.id, "turns", words)


def _change(connection: sa.Connection, job: Job, change: JobChange) -> None:
    most = job.max_trials if change.count is None else change.count + extra_trials(job)
    jobs.change(connection, job.id, change.of_config(job.config), change.of_local(job.local), most)
    events.add(connection, job.id, "changed", change_text(job, change))


def _finish(connection: sa.Connection, job: Job, successor: str) -> None:
    """Begin no more trials: the job ends with those that run, and another one continues."""
    found = trials.of_job(connection, job.id)
    if found:
        for trial in found:
            if trial.state is TrialState.PENDING:
                trials.move(connection, trial, TrialState.CANCELLED)
        jobs.extend(connection, job.id, len(found))
        if job.state is JobState.PAUSED:  # else it would not end
            store_requests.withdraw(connection, job.id, store_requests.RESUME)
            jobs.move(connection, job.id, JobState.RUNNING)
    else:
        store_requests.add(connection, job.id, store_requests.CANCEL)
    message = text("The job begins no more trials: job {id} continues it.", id=successor)
    events.add(connection, job.id, "finishing", message)


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
