"""Requests to the engine about a stored job: cancel it, continue it, re-run its trials."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Sequence

from bayescore.app import consent, engine_control
from bayescore.app.lookup import find_trial, job_by_id
from bayescore.app.permissions import Permission
from bayescore.app.secret_values import collect
from bayescore.errors import ConfigError, RunnerError
from bayescore.i18n import text
from bayescore.store import Database, Job, Request, TrialState, cancellation, job_secrets, requests, trials
from bayescore.times import now

_ACCEPT_S = 30.0  # the engine starts and reads its store in much less
_POLL_S = 0.05


def cancel(database: Database, identifier: str, numbers: Sequence[int] = ()) -> bool:
    """Request that a job is stopped, or only some of its trials; ``False`` when the job has ended already.

    Parameters
    ----------
    numbers
        Numbers of the trials; none for the whole job.

    Raises
    ------
    ConfigError
        When there is no such job or trial.
    StoreError, RunnerError
        When the request cannot be stored, or the engine does not start.
    """
    job = job_by_id(database, identifier)
    for number in numbers:
        find_trial(database, job, number)
    if job.state.ended:
        return False
    for trial in numbers or (None,):
        cancellation.request(database, identifier, trial)
    engine_control.start(database.folder)
    return True


def continue_job(
    database: Database, identifier: str, more: int, confirmed: Collection[Permission] = ()
) -> None:
    """Request ``more`` trials of a job, with what the search has learned so far.

    Parameters
    ----------
    confirmed
        What the user was shown and allowed.

    Raises
    ------
    ConfigError
        When there is no such job, it cannot run here, or a variable of its secrets is not set.
    UnconfirmedError
        When the job was not started here and needs more than ``confirmed``.
    StoreError, RunnerError
        When the request cannot be stored, or the engine does not start.
    """
    job = job_by_id(database, identifier)
    check_can_run(job)
    confirm_and_save_secrets(database, job, confirmed)
    with database.write() as connection:
        requests.add(connection, job.id, requests.CONTINUE, count=more)
    engine_control.start(database.folder)


def rerun(
    database: Database,
    identifier: str,
    numbers: Sequence[int] = (),
    confirmed: Collection[Permission] = (),
) -> None:
    """Request that trials run again with the same parameters.

    Parameters
    ----------
    numbers
        Numbers of the trials; none for every trial that failed or was lost.
    confirmed
        What the user was shown and allowed.

    Raises
    ------
    ConfigError
        When a trial does not exist or has not ended, when no trial has failed, and as for
        :func:`continue_job`.
    UnconfirmedError, StoreError, RunnerError
        As for :func:`continue_job`.
    """
    job = job_by_id(database, identifier)
    check_can_run(job)
    if numbers:
        for number in numbers:
            if not find_trial(database, job, number).state.ended:
                raise ConfigError(text("Trial {number} has not ended yet.", number=number))
    elif not _has_failed_trials(database, job):
        raise ConfigError(text("No trial of job {id} has failed.", id=job.id))
    confirm_and_save_secrets(database, job, confirmed)
    with database.write() as connection:
        for trial in numbers or (None,):
            requests.add(connection, job.id, requests.RERUN, trial=trial)
    engine_control.start(database.folder)


def wait_until_accepted(database: Database, identifier: str) -> None:
    """Wait until the engine has carried out the open requests to continue a job or to re-run its trials.

    Until then an ended job still looks ended.

    Raises
    ------
    RunnerError
        When the engine does not answer in time.
    """
    deadline = time.monotonic() + _ACCEPT_S
    while time.monotonic() < deadline:
        with database.read() as connection:
            open_requests = requests.unfinished(connection)
        if not any(_is_awaited(r, identifier) for r in open_requests):
            return
        time.sleep(_POLL_S)
    raise RunnerError(text("The engine does not answer."), text("See: bayesdesk engine status"))


def _is_awaited(request: Request, job: str) -> bool:
    """Whether the engine is about to carry out a request of a job: a cancellation ends with its trials."""
    return request.job == job and request.kind != requests.CANCEL and requests.is_due(request, now())


def check_can_run(job: Job) -> None:
    """Check that a stored job can run on this machine.

    Raises
    ------
    ConfigError
        When it was imported, or restored from a backup that does not name the engine it ran on.
    """
    if job.submission.is_imported:
        raise ConfigError(
            text("Job {id} was imported: it ran elsewhere and cannot be continued.", id=job.id),
            text("Learn from it: bayesdesk gear run hypertuning --history {id}", id=job.id),
        )
    if not job.submission.has_endpoint:
        raise ConfigError(
            text("Job {id} was restored from a backup that does not record where it can run.", id=job.id),
            text(
                "Start a new one that learns from it: bayesdesk gear run hypertuning --history {id}",
                id=job.id,
            ),
        )


def _check_no_secret_is_gone(job: Job) -> None:
    for name, secret in job.config.secrets.items():
        if secret.env is None:
            raise ConfigError(
                text(
                    "The secret “{name}” was written in the file: job {id} no longer has it.",
                    name=name,
                    id=job.id,
                ),
                text(
                    "Start a new one that learns from it: bayesdesk gear run hypertuning --history {id}",
                    id=job.id,
                ),
            )


def _has_failed_trials(database: Database, job: Job) -> bool:
    with database.read() as connection:
        return any(t.state in (TrialState.FAILED, TrialState.LOST) for t in trials.of_job(connection, job.id))


def confirm_and_save_secrets(database: Database, job: Job, confirmed: Collection[Permission]) -> None:
    """Check that the user has allowed what a job needs, and keep its secrets for another run.

    Raises
    ------
    UnconfirmedError
        When the job was not started here and needs more than ``confirmed``.
    ConfigError
        When a variable of its secrets is not set.
    """
    if job.state.ended:
        _check_no_secret_is_gone(job)
    unconfirmed = consent.unconfirmed_of_job(database.folder, job)
    consent.check(unconfirmed, confirmed, job.id)
    if unconfirmed:
        consent.remember_job(database.folder, job)
    if job.state.ended:
        values = collect(job.config, job.submission.file_text, os.environ)
        hidden = [name for name, value in (job.submission.environment or {}).items() if value is None]
        variables = {name: os.environ[name] for name in hidden if name in os.environ}
        job_secrets.save(database.folder, job.id, values, variables)
