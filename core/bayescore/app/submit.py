"""Submitting a job: the only place where a job that will run is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from bayescore.app import consent, engine_control, lineage
from bayescore.app.measured_trials import add_measured
from bayescore.app.permissions import Permission
from bayescore.app.prepare import Prepared
from bayescore.store import Database, DataFolder, Job, events, job_secrets, jobs, queue, requests


def submit(
    database: Database,
    prepared: Prepared,
    confirmed: Collection[Permission] = (),
    *,
    instead_of: str | None = None,
) -> Job:
    """Store a prepared job and start the engine if it is not running.

    Parameters
    ----------
    confirmed
        What the user was shown and allowed; it is remembered for the project.
    instead_of
        A job that begins no more trials, a paused one neither. This one begins when it has ended.

    Raises
    ------
    UnconfirmedError
        When the project needs more than that; nothing is stored.
    StoreError
        When the job cannot be stored.
    RunnerError
        When the engine does not start.
    """
    check_confirmed(database, prepared, confirmed)
    consent.remember(database.folder, prepared, confirmed)
    with _secrets_of(database.folder) as stored, database.write() as connection:
        job = _store(connection, database.folder, prepared, stored)
        if instead_of is not None and not jobs.get(connection, instead_of).state.ended:
            requests.add(connection, instead_of, requests.FINISH, data={"next": job.id})
            queue.move(connection, job.id, instead_of)
            queue.set_in_order(connection, [job.id], in_order=True)
    engine_control.start(database.folder)
    return job


def submit_in_order(
    database: Database, chosen: Sequence[tuple[Prepared, Collection[Permission]]]
) -> list[Job]:
    """Store prepared jobs that run one after the other, all of them or none; see :func:`submit`.

    Parameters
    ----------
    chosen
        The jobs, each with what the user was shown and allowed.
    """
    for prepared, confirmed in chosen:
        check_confirmed(database, prepared, confirmed)
    for prepared, confirmed in chosen:
        consent.remember(database.folder, prepared, confirmed)
    with _secrets_of(database.folder) as stored, database.write() as connection:
        found = [_store(connection, database.folder, prepared, stored) for prepared, _confirmed in chosen]
        queue.set_in_order(connection, [job.id for job in found], in_order=True)
    engine_control.start(database.folder)
    return found


def check_confirmed(database: Database, prepared: Prepared, confirmed: Collection[Permission]) -> None:
    """Raise :class:`UnconfirmedError` if a project needs more than was confirmed, now or earlier."""
    consent.check(consent.unconfirmed(database.folder, prepared), confirmed)


@contextmanager
def _secrets_of(folder: DataFolder) -> Iterator[list[str]]:
    """Collects the ids of jobs; their secrets are deleted if the jobs cannot be stored."""
    stored: list[str] = []
    try:
        yield stored
    except BaseException:
        for job in stored:
            job_secrets.forget(folder, job)
        raise


def _store(connection: sa.Connection, folder: DataFolder, prepared: Prepared, stored: list[str]) -> Job:
    assert prepared.submission is not None
    job = jobs.add(connection, prepared.submission)
    stored.append(job.id)
    if not job.submission.midpoint:
        add_measured(connection, job)
        job = jobs.get(connection, job.id)
    words = lineage.continues(lineage.continued(connection, job.submission.history))
    if words is not None:
        events.add(connection, job.id, "continues", words)
    if (fewer := lineage.incomplete(connection, job.submission)) is not None:
        events.add(connection, job.id, "history_incomplete", fewer, level="warning")
    # before an engine can see the job
    job_secrets.save(folder, job.id, prepared.secrets, prepared.secret_variables)
    consent.remember_job(folder, job)
    return job
