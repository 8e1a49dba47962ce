"""Requests to cancel: written into the store, or left in a file in memory when the store takes nothing.

A program that fills the disk must be stoppable while the disk is full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bayescore.errors import StoreError
from bayescore.files import replace
from bayescore.store import Database, DataFolder, requests
from bayescore.store.identifiers import check_identifier, check_number
from bayescore.store.runtime_folders import runtime_folders

_NAME = re.compile(r"cancel-([a-z0-9]{1,20})(?:-([0-9]{1,9}))?")


@dataclass(frozen=True)
class LeftRequest:
    """A request that the store could not take; ``trial`` is ``None`` for the whole job."""

    job: str
    trial: int | None
    file: Path

    def done(self) -> None:
        """Remove it."""
        with suppress(OSError):
            self.file.unlink(missing_ok=True)


def request(database: Database, job: str, trial: int | None = None) -> None:
    """Ask for the end of a job, or of one trial.

    Raises
    ------
    StoreError
        When the request could be put nowhere.
    """
    try:
        with database.write() as connection:
            requests.add(connection, job, requests.CANCEL, trial=trial)
    except StoreError:
        if not _leave(database.folder, job, trial):
            raise


def left(folder: DataFolder) -> Iterator[LeftRequest]:
    """Requests that wait outside the store."""
    for place in runtime_folders(folder, make=False):
        try:
            found = list(place.iterdir())
        except OSError:
            continue
        for file in found:
            if match := _NAME.fullmatch(file.name):
                with suppress(StoreError):
                    number = check_number(int(match[2])) if match[2] else None
                    yield LeftRequest(check_identifier(match[1]), number, file)


def forget(folder: DataFolder, job: str) -> None:
    """Remove the requests of a job that has ended."""
    for asked in left(folder):
        if asked.job == job:
            asked.done()


def _leave(folder: DataFolder, job: str, trial: int | None) -> bool:
    name = f"cancel-{check_identifier(job)}"
    if trial is not None:
        name += f"-{check_number(trial)}"
    for place in runtime_folders(folder, make=True):
        with suppress(OSError):
            replace(place / name, b"", mode=0o600)
            return True
    return False
