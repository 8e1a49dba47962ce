"""A job's results as the text of a file, in every form that can be asked for."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.exchange import optuna, tables
from bayescore.exchange.forms import Form
from bayescore.results import dumps, job_json, parameters_yaml, points_csv, trials_csv
from bayescore.store import Database, Job, Trial, points


def exported(
    database: Database, job: Job, trials: Sequence[Trial], form: Form, chosen: Trial | None = None
) -> str:
    """The text of the file.

    Parameters
    ----------
    chosen
        Whose parameters the YAML has; empty without one.
    """
    if form is Form.YAML:
        return parameters_yaml(chosen) if chosen is not None else ""
    with database.read() as connection:
        if form is Form.POINTS:
            return points_csv(trials, points.every(connection, job.seq))
        series = points.of_trials(connection, trials)
    if form is Form.CSV:
        return trials_csv(job, trials, series)
    if form is Form.OPTUNA:
        return optuna.journal(job, trials, series)
    if form is Form.HIPLOT:
        names = [s.name for s in job.config.hyper_tuning.parameter_specs]
        return tables.hiplot_csv(names, job.metric, [(t.number, t.parameters, t.value) for t in trials])
    return dumps(job_json(job, trials, series)) + "\n"
