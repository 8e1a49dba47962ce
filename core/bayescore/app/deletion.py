"""Deleting jobs that have ended: their rows and their folders, and how much that frees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.engine import job_secrets
from bayescore.errors import ConfigError, StoreError
from bayescore.files import remove_tree
from bayescore.files.tree import bytes_on_disk
from bayescore.i18n import text
from bayescore.store import Database, Job, jobs


@dataclass(frozen=True)
class JobSize:
    """A job that has ended, and the bytes of its folder."""

    job: Job
    bytes: int


def ended_jobs(database: Database) -> tuple[JobSize, ...]:
    """Jobs that could be deleted, oldest first; walks their folders."""
    with database.read() as connection:
        found = [job for job in jobs.every(connection) if job.state.ended]
    return tuple(JobSize(job, bytes_on_disk(database.folder.job(job.id))) for job in reversed(found))


def delete(database: Database, identifiers: Sequence[str]) -> int:
    """Delete ended jobs with their trials, points and files; the number of bytes freed.

    Raises
    ------
    ConfigError
        When one of them has not ended; nothing is deleted then.
    StoreError
        When files of theirs could not be removed; the jobs are gone all the same.
    """
    with database.write() as connection:
        for identifier in identifiers:
            job = jobs.get(connection, identifier)
            if not job.state.ended:
                raise ConfigError(
                    text("The job {name} has not ended.", name=job.submission.name), text("Cancel it first.")
                )
        for identifier in identifiers:
            jobs.remove(connection, identifier)
    freed, left = 0, []
    for identifier in identifiers:
        folder = database.folder.job(identifier)
        freed += bytes_on_disk(folder)
        try:
            remove_tree(folder)
        except OSError as error:
            left.append(str(error.filename or folder))
            freed -= bytes_on_disk(folder)
        job_secrets.forget(database.folder, identifier)
    if left:
        raise StoreError(
            text(
                "The jobs are deleted, but these files could not be removed: {files}.", files=", ".join(left)
            ),
            text("They belong to another account, or the disk is read-only. Remove them as root."),
        )
    return freed
