"""Writing several jobs into one file: a table of the jobs, or the jobs with their trials."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bayescore.results import csv_text, dumps, job_json, replace_file
from bayescore.store import Database, JobFigures, jobs, points, trials

_COLUMNS = (
    "id", "name", "state", "metric", "goal", "best", "trials", "failed", "stopped_early", "max_trials",
    "runner", "project", "tags", "note", "created_at", "ended_at",
)  # fmt: skip


def export_jobs(database: Database, identifiers: Sequence[str], target: str | Path) -> None:
    """Write jobs as JSON if the file's name ends in ``.json``, otherwise one row for each as CSV.

    Raises
    ------
    ConfigError
        When the file cannot be written.
    """
    file = Path(target)
    is_json = file.suffix.casefold() == ".json"
    replace_file(file, _json(database, identifiers) if is_json else _table(database, identifiers))


def _table(database: Database, identifiers: Sequence[str]) -> str:
    with database.read() as connection:
        found = {job.id: job for job in jobs.summaries(connection)[0]}
        figures = trials.figures(connection, identifiers)
    rows = []
    for job in (found[i] for i in identifiers if i in found):
        its = figures.get(job.id, JobFigures())
        rows.append(
            [
                job.id, job.name, job.state, job.metric, job.goal, its.best(job.goal), its.ended, its.failed,
                its.stopped, job.max_trials, job.runner, job.project, ", ".join(job.tags), job.note,
                job.created_at, job.ended_at,
            ]
        )  # fmt: skip
    return csv_text(_COLUMNS, rows)


def _json(database: Database, identifiers: Sequence[str]) -> str:
    found = []
    with database.read() as connection:
        present = jobs.identifiers(connection)
        for identifier in identifiers:
            if identifier in present:
                its = trials.of_job(connection, identifier)
                series = points.of_trials(connection, its)
                found.append(job_json(jobs.get(connection, identifier), its, series))
    return dumps({"jobs": found}) + "\n"
