"""Deleting ended jobs: their rows in the store, their folders, and the space that this frees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.errors import ConfigError, StoreError
from bayescore.files import remove_tree
from bayescore.files.tree import bytes_on_disk
from bayescore.i18n import text
from bayescore.store import Database, JobSummary, job_secrets, jobs


@dataclass(frozen=True)
class JobSize:
    """An ended job, and the bytes of its folder."""

    job: JobSummary
    bytes: int


def ended_jobs(database: Database) -> tuple[JobSize, ...]:
    """Jobs that can be deleted, oldest first; reads all of their folders."""
    with database.read() as connection:
        found, _revision = jobs.summaries(connection)
    return tuple(JobSize(job, job_bytes(database, job.id)) for job in found if job.state.ended)


def job_bytes(database: Database, identifier: str) -> int:
    """Bytes of a job's folder on disk."""
    return bytes_on_disk(database.folder.job(identifier))


def delete(database: Database, identifiers: Sequence[str]) -> int:
    """Delete ended jobs with their trials, points and files; the number of bytes freed.

    Raises
    ------
    ConfigError
        When one of them has not ended; then nothing is deleted.
    StoreError
        When some of their files could not be removed; the jobs are deleted.
    """
    with database.write() as connection:
        for identifier in identifiers:
            job = jobs.get(connection, identifier)
            if not job.state.ended:
                raise ConfigError(
                    text("Job {name} has not ended.", name=job.submission.name), text("Cancel it first.")
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
