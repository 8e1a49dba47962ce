"""Opening the store for a command, and finding the job that a word means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore.errors import ConfigError
from bayescore.i18n import text

if TYPE_CHECKING:
    from bayescore.store import Database, Job, Trial


def open_store() -> Database:
    """The store of the data folder in use; see :meth:`Database.open` for the errors."""
    from bayescore.store import Database, DataFolder

    return Database(DataFolder.default()).open()


def find_job(database: Database, word: str) -> Job:
    """The one job whose id begins with ``word``, or the newest of that name, or “last”.

    Raises
    ------
    ConfigError
        When there is none, or several.
    """
    from bayescore.store import jobs

    with database.read() as connection:
        found = jobs.every(connection)[:1] if word == "last" else jobs.find(connection, word)
    exact = [j for j in found if j.id == word] or [j for j in found if j.submission.name == word][:1]
    if exact:
        return exact[0]
    if not found:
        raise ConfigError(text("There is no job “{word}”.", word=word), text("“bayesdesk jobs” lists them."))
    if len(found) > 1:
        ids = ", ".join(j.id for j in found[:5])
        raise ConfigError(text("“{word}” begins several ids: {ids}.", word=word, ids=ids))
    return found[0]


def find_trial(database: Database, job: Job, number: int) -> Trial:
    """A trial by its number.

    Raises
    ------
    ConfigError
        When the job has no such trial.
    """
    from bayescore.store import trials

    with database.read() as connection:
        found = [t for t in trials.of_job(connection, job.id) if t.number == number]
    if not found:
        raise ConfigError(
            text("The job {job} has no trial {number}.", job=job.id, number=number),
            text("“bayesdesk trials {job}” lists them.", job=job.id),
        )
    return found[0]


def job_as_json(database: Database, identifier: str) -> dict[str, object]:
    """A job as ``--json`` prints it."""
    from bayescore.results import job_json
    from bayescore.store import jobs, points, trials

    with database.read() as connection:
        job = jobs.get(connection, identifier)
        found = trials.of_job(connection, identifier)
        return job_json(job, found, points.of_trials(connection, found))
