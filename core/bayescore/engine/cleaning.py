"""Deleting jobs that have ended: their rows and their folders, and how much that frees."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bayescore.engine import secret_keeping
from bayescore.errors import ConfigError
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
    return tuple(JobSize(job, folder_bytes(database.folder.job(job.id))) for job in reversed(found))


def folder_bytes(folder: Path) -> int:
    """Bytes on the disk of everything in a folder; what has several names counts once."""
    total, seen = 0, set()
    for place, _folders, files in os.walk(folder):
        for name in files:
            try:
                status = (Path(place) / name).lstat()
            except OSError:
                continue
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                total += status.st_blocks * 512
    return total


def delete(database: Database, identifiers: Sequence[str]) -> int:
    """Delete ended jobs with their trials, points and files; the number of bytes freed.

    Raises
    ------
    ConfigError
        When one of them has not ended; nothing is deleted then.
    """
    with database.write() as connection:
        for identifier in identifiers:
            job = jobs.get(connection, identifier)
            if not job.state.ended:
                raise ConfigError(
                    text("The job {name} has not ended.", name=job.wish.name), text("Cancel it first.")
                )
        for identifier in identifiers:
            jobs.remove(connection, identifier)
    freed = 0
    for identifier in identifiers:
        folder = database.folder.job(identifier)
        freed += folder_bytes(folder)
        shutil.rmtree(folder, ignore_errors=True)
        secret_keeping.forget(database.folder, identifier)
    return freed
