"""Finding the job or trial that a user names."""

from __future__ import annotations

from bayescore.errors import ConfigError
from bayescore.i18n import text
from bayescore.store import Database, Job, Trial, jobs, trials

LAST = "last"


def find_job(database: Database, word: str) -> Job:
    """The one job whose id starts with ``word``, or the newest job of that name, or the newest for ``last``.

    Raises
    ------
    ConfigError
        When there is no such job, or more than one.
    """
    with database.read() as connection:
        found = jobs.newest(connection) if word == LAST else jobs.find(connection, word)
    exact = [j for j in found if j.id == word] or [j for j in found if j.submission.name == word][:1]
    if exact:
        return exact[0]
    if not found:
        raise _no_job(word)
    if len(found) > 1:
        ids = ", ".join(j.id for j in found[:5])
        raise ConfigError(text("More than one id starts with “{word}”: {ids}.", word=word, ids=ids))
    return found[0]


def job_by_id(database: Database, identifier: str) -> Job:
    """The job with this id.

    Raises
    ------
    ConfigError
        When there is none, as when it has just been deleted.
    """
    with database.read() as connection:
        try:
            return jobs.get(connection, identifier)
        except KeyError:
            raise _no_job(identifier) from None


def find_trial(database: Database, job: Job, number: int) -> Trial:
    """A trial by its number.

    Raises
    ------
    ConfigError
        When the job has no such trial.
    """
    with database.read() as connection:
        found = [t for t in trials.of_job(connection, job.id) if t.number == number]
    if not found:
        raise ConfigError(
            text("Job {job} has no trial {number}.", job=job.id, number=number),
            text("“bayesdesk trials {job}” lists them.", job=job.id),
        )
    return found[0]


def _no_job(word: str) -> ConfigError:
    return ConfigError(text("There is no job “{word}”.", word=word), text("“bayesdesk jobs” lists them."))
