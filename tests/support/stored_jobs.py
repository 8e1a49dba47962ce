"""Jobs and trials that are inserted into a store in a given state, without running anything."""

from __future__ import annotations

from typing import Any

from bayescore.store import Database, Job, JobState, TrialState, jobs, trials
from support.builders import a_submission


def add_job(database: Database, *states: TrialState, ended: JobState | None = None, **submission: Any) -> Job:
    """Store a job with trials in these states; it is running, unless it ``ended`` in another state."""
    with database.write() as connection:
        job = jobs.add(connection, a_submission(**submission))
        jobs.move(connection, job.id, JobState.RUNNING)
        for number, state in enumerate(states, 1):
            trial = trials.add(connection, job.id, number, {"x": number / 10}, "random")
            if state is TrialState.RUNNING:
                trial = trials.move(connection, trial, TrialState.STARTING)
            if state is not TrialState.PENDING:
                trials.move(connection, trial, state)
        if ended is not None:
            jobs.move(connection, job.id, ended)
        return jobs.get(connection, job.id)
