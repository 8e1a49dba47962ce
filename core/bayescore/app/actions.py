"""The one way to start a job or to let one go on: nothing runs that nobody has confirmed."""

from __future__ import annotations

import os
from collections.abc import Collection

from bayescore.app import consent, engine_control
from bayescore.app.prepare import Prepared
from bayescore.app.reach import Reach
from bayescore.engine import job_secrets
from bayescore.engine.requests import check_runs_here
from bayescore.store import Database, Job, jobs, requests


def submit(database: Database, prepared: Prepared, confirmed: Collection[Reach] = ()) -> Job:
    """Store a prepared job and see that an engine runs.

    Parameters
    ----------
    confirmed
        What the user was shown and allowed; it is remembered for the project.

    Raises
    ------
    UnconfirmedError
        When the project asks for more; nothing is stored.
    StoreError, RunnerError
        When it cannot be stored, or no engine comes up.
    """
    assert prepared.submission is not None
    _check(consent.asked_by(database.folder, prepared), confirmed)
    consent.remember(database.folder, prepared, confirmed)
    with database.write() as connection:
        job = jobs.add(connection, prepared.submission)
        job_secrets.keep(database.folder, job.id, prepared.secrets)  # before any engine sees the job
        consent.remember_job(database.folder, job)
    engine_control.start(database.folder)
    return job


def go_on(
    database: Database,
    identifier: str,
    kind: str,
    *,
    trial: int | None = None,
    count: int | None = None,
    confirmed: Collection[Reach] = (),
) -> None:
    """Request that a job continues or that trials run again, and see that an engine runs.

    Parameters
    ----------
    kind
        ``requests.CONTINUE`` or ``requests.RERUN``.
    confirmed
        What the user was shown and allowed.

    Raises
    ------
    ConfigError
        When the job was imported, or a variable of its secrets is not set.
    UnconfirmedError
        When the job was not started here and asks for more.
    """
    with database.read() as connection:
        job = jobs.get(connection, identifier)
    check_runs_here(job)
    asked = consent.asked_by_job(database.folder, job)
    _check(asked, confirmed, identifier)
    if asked:
        consent.remember_job(database.folder, job)
    if job.state.ended and any(s.env for s in job.config.secrets.values()):
        values = job_secrets.collect(job.config, job.submission.file_text, os.environ)
        job_secrets.keep(database.folder, job.id, values)
    with database.write() as connection:
        requests.add(connection, identifier, kind, trial=trial, count=count)
    engine_control.start(database.folder)


def _check(asked: Collection[Reach], confirmed: Collection[Reach], job: str | None = None) -> None:
    allowed = {line for each in confirmed for line in each.lines}
    if any(not each.lines <= allowed for each in asked):
        raise consent.UnconfirmedError(asked, job)
