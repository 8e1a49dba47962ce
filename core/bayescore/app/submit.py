"""Submitting a job: the only place where a job that will run is stored."""

from __future__ import annotations

from collections.abc import Collection

from bayescore.app import consent, engine_control, lineage
from bayescore.app.measured_trials import add_measured
from bayescore.app.permissions import Permission
from bayescore.app.prepare import Prepared
from bayescore.store import Database, Job, events, job_secrets, jobs


def submit(database: Database, prepared: Prepared, confirmed: Collection[Permission] = ()) -> Job:
    """Store a prepared job and start the engine if it is not running.

    Parameters
    ----------
    confirmed
        What the user was shown and allowed; it is remembered for the project.

    Raises
    ------
    UnconfirmedError
        When the project needs more than that; nothing is stored.
    StoreError
        When the job cannot be stored.
    RunnerError
        When the engine does not start.
    """
    assert prepared.submission is not None
    consent.check(consent.unconfirmed(database.folder, prepared), confirmed)
    consent.remember(database.folder, prepared, confirmed)
    with database.write() as connection:
        job = jobs.add(connection, prepared.submission)
        if not job.submission.midpoint:
            add_measured(connection, job)
            job = jobs.get(connection, job.id)
        words = lineage.continues(lineage.continued(connection, job.submission.history))
        if words is not None:
            events.add(connection, job.id, "continues", words)
        if (fewer := lineage.incomplete(connection, job.submission)) is not None:
            events.add(connection, job.id, "history_incomplete", fewer, level="warning")
        # before an engine can see the job
        job_secrets.save(database.folder, job.id, prepared.secrets, prepared.secret_variables)
        consent.remember_job(database.folder, job)
    engine_control.start(database.folder)
    return job
