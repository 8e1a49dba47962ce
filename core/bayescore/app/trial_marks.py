"""What users mark trials with: a star, a note, the baseline."""

from __future__ import annotations

from collections.abc import Iterable

from bayescore.app.lookup import find_trial, job_by_id
from bayescore.store import Database, jobs, trials


def star(database: Database, job: str, numbers: Iterable[int], *, starred: bool) -> None:
    """Set or remove the star of trials; see :meth:`Database.write` for the errors."""
    with database.write() as connection:
        for number in numbers:
            trials.star(connection, job, number, starred=starred)


def annotate(database: Database, job: str, number: int, note: str) -> None:
    """Write a note on a trial; see :meth:`Database.write` for the errors."""
    with database.write() as connection:
        trials.annotate(connection, job, number, note)


def set_baseline(database: Database, job: str, number: int | None) -> None:
    """Choose the trial that a job is compared with; ``None`` for the baseline of its settings.

    Raises
    ------
    ConfigError
        When there is no such job or trial.
    StoreError
        As for :meth:`Database.write`.
    """
    found = job_by_id(database, job)
    if number is not None:
        find_trial(database, found, number)
    with database.write() as connection:
        jobs.set_baseline(connection, job, number)
