"""Requests to cancel: in the store, or in a file in memory when the store cannot be written.

A program that fills the disk can so be stopped while the disk is full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bayescore.errors import StoreError
from bayescore.files import replace
from bayescore.store import requests
from bayescore.store.data_folder import DataFolder
from bayescore.store.database import Database
from bayescore.store.identifiers import check_identifier, check_number
from bayescore.store.runtime_folders import runtime_folders

_NAME = re.compile(r"cancel-([a-z0-9]{1,20})(?:-([0-9]{1,9}))?")


@dataclass(frozen=True)
class CancelFile:
    """A request that could not be written to the store; ``trial`` is ``None`` for the whole job."""

    job: str
    trial: int | None
    file: Path

    def remove(self) -> None:
        """Remove the file: the request has been carried out."""
        with suppress(OSError):
            self.file.unlink(missing_ok=True)


def request(database: Database, job: str, trial: int | None = None) -> None:
    """Request that a job, or one of its trials, is stopped.

    Raises
    ------
    StoreError
        When neither the store nor a file could be written.
    """
    try:
        with database.write() as connection:
            requests.add(connection, job, requests.CANCEL, trial=trial)
    except StoreError:
        if not _write_file(database.folder, job, trial):
            raise


def pending_files(folder: DataFolder) -> Iterator[CancelFile]:
    """Requests that are in files, outside the store."""
    for place in runtime_folders(folder, make=False):
        try:
            found = list(place.iterdir())
        except OSError:
            continue
        for file in found:
            if match := _NAME.fullmatch(file.name):
                with suppress(StoreError):
                    number = check_number(int(match[2])) if match[2] else None
                    yield CancelFile(check_identifier(match[1]), number, file)


def forget(folder: DataFolder, job: str) -> None:
    """Remove the files of a job that has ended."""
    for request_file in pending_files(folder):
        if request_file.job == job:
            request_file.remove()


def _write_file(folder: DataFolder, job: str, trial: int | None) -> bool:
    name = f"cancel-{check_identifier(job)}"
    if trial is not None:
        name += f"-{check_number(trial)}"
    for place in runtime_folders(folder, make=True):
        with suppress(OSError):
            replace(place / name, b"", mode=0o600)
            return True
    return False
