"""The store of a command, and a job of it as JSON."""

from __future__ import annotations

from bayescore.app import engine_control
from bayescore.cli.output import as_json, aside
from bayescore.errors import RunnerError
from bayescore.results import job_json
from bayescore.store import Database, DataFolder, jobs, points, trials


def open_store() -> Database:
    """The store of the data folder in use; see :meth:`Database.open` for the errors."""
    return Database(DataFolder.default()).open()


def open_jobs() -> Database:
    """As :func:`open_store`, for commands that show jobs: jobs that have not ended get an engine."""
    database = open_store()
    try:
        engine_control.resume(database)
    except RunnerError as error:
        aside(str(error))
    return database


def job_as_json(database: Database, identifier: str) -> dict[str, object]:
    """A job as ``--json`` prints it."""
    with database.read() as connection:
        job = jobs.get(connection, identifier)
        found = trials.of_job(connection, identifier)
        return job_json(job, found, points.of_trials(connection, found))


def print_job(database: Database, identifier: str) -> None:
    """Print a job as one JSON object."""
    as_json(job_as_json(database, identifier))
