"""The hours of a job: outside them no trial begins, and those that run can be given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bayescore.config.hours import opens_at
from bayescore.i18n import text
from bayescore.store import Database, Job, StopCause, TrialState, events, trials
from bayescore.times import local


def are_open(job: Job, moment: datetime) -> bool:
    """Whether trials of a job may begin."""
    return job.local.hours is None or job.local.hours.is_open(moment)


def give_back(database: Database, job: Job, moment: datetime) -> None:
    """Store that running trials are ended, as a pause does, if the job asks for that outside its hours."""
    hours = job.local.hours
    if hours is None or not hours.give_back or (opening := opens_at(hours, moment)) is None:
        return
    with database.read() as connection:
        running = [
            trial
            for trial in trials.active_of_job(connection, job.id)
            if trial.state is not TrialState.PENDING and trial.curve.stop is None
        ]
    if not running:
        return
    message = text(
        "The hours of the job have ended. Its trials begin again at {time}.", time=local(opening.isoformat())
    )
    with database.write() as connection:
        for trial in running:
            trials.set_curve(connection, trial.id, replace(trial.curve, stop=StopCause.PAUSE))
        events.add(connection, job.id, "given_back", message)
