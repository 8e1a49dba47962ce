"""Parameter sets that were measured elsewhere, as trials of a new job."""

from __future__ import annotations

import sqlalchemy as sa

from bayescore.results.observations import outside_ranges, outside_words
from bayescore.store import MEASURED, Job, NewPoints, TrialState, events, jobs, trials
from bayescore.store.points import PointWriter


def add_measured(connection: sa.Connection, job: Job) -> None:
    """Store the measured sets of a job's settings as ended trials, beside those that will run."""
    metric, names = job.metric, [s.name for s in job.config.hyper_tuning.parameter_specs]
    measured = [each for each in job.local.known if metric in each.values]
    points = []
    for number, known in enumerate(measured, 1):
        parameters = {name: known.parameters[name] for name in names}
        value = known.values[metric]
        trial = trials.add_imported(
            connection, job.id, number, parameters, TrialState.SUCCEEDED, value, None, None, MEASURED
        )
        if outside := outside_ranges(job.config.hyper_tuning.parameter_specs, parameters):
            words = outside_words(outside)
            events.add(connection, job.id, "outside_ranges", words, trial=number, level="warning")
        points.append(NewPoints(job.seq, trial, 1, tuple(known.values.items())))
    PointWriter().append(connection, points)
    jobs.extend(connection, job.id, job.max_trials + len(measured))
