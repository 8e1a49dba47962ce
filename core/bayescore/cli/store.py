"""The store of a command, and a job of it as JSON."""

from __future__ import annotations

from bayescore.cli.output import as_json
from bayescore.results import job_json
from bayescore.store import Database, DataFolder, jobs, points, trials


def open_store() -> Database:
    """The store of the data folder in use; see :meth:`Database.open` for the errors."""
    return Database(DataFolder.default()).open()


def job_as_json(database: Database, identifier: str) -> dict[str, object]:
    """A job as ``--json`` prints it."""
    with database.read() as connection:
        job = jobs.get(connection, identifier)
        found = trials.of_job(connection, identifier)
        return job_json(job, found, points.of_trials(connection, found))


def print_job(database: Database, identifier: str) -> None:
    """Print a job as one JSON object."""
    as_json(job_as_json(database, identifier))
