"""Export of a job's results as the text of a file."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.exchange.export_format import ExportFormat
from bayescore.exchange.hiplot import hiplot_csv
from bayescore.exchange.optuna_export import journal
from bayescore.results import dumps, job_json, parameters_yaml, points_csv, trials_csv
from bayescore.store import Database, Job, Trial, points


def export_text(
    database: Database,
    job: Job,
    trials: Sequence[Trial],
    export_format: ExportFormat,
    chosen: Trial | None = None,
) -> str:
    """Text of the exported file.

    Parameters
    ----------
    chosen
        Trial whose parameters are written as YAML; without one the YAML is empty.
    """
    if export_format is ExportFormat.YAML:
        return parameters_yaml(chosen) if chosen is not None else ""
    with database.read() as connection:
        if export_format is ExportFormat.POINTS:
            return points_csv(trials, points.every(connection, job.seq))
        series = points.of_trials(connection, trials)
    if export_format is ExportFormat.CSV:
        return trials_csv(job, trials, series)
    if export_format is ExportFormat.OPTUNA:
        return journal(job, trials, series)
    if export_format is ExportFormat.HIPLOT:
        names = [s.name for s in job.config.hyper_tuning.parameter_specs]
        return hiplot_csv(names, job.metric, trials)
    return dumps(job_json(job, trials, series)) + "\n"
