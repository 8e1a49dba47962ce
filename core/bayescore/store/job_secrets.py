"""Secrets of jobs, kept between the command that starts a job and the engine that runs its trials.

They must survive a crash of the engine and must not be written to a disk.  Until the job has ended they
are in a file on a memory file system, in a folder that only this account can enter.  Without such a file
system, or where another account has prepared the folder, that folder is below the data folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bayescore.config import OpenBayesConfig
from bayescore.errors import RunnerError
from bayescore.files import read_private, replace
from bayescore.i18n import text
from bayescore.store.data_folder import DataFolder
from bayescore.store.identifiers import check_identifier
from bayescore.store.runtime_folders import runtime_folders

_MOST_BYTES = 2**24  # more than an environment can hold


def save(folder: DataFolder, job: str, values: Mapping[str, str]) -> None:
    """Save a job's secrets until :func:`forget`.

    Raises
    ------
    RunnerError
        When there is no folder that only this account can enter.
    """
    if not values:
        return
    forget(folder, job)  # values of an earlier run may be in another folder
    content = json.dumps(dict(values)).encode()
    for place in runtime_folders(folder, make=True):
        with suppress(OSError):
            replace(_file(place, job), content, mode=0o600)
            return
    raise RunnerError(
        text("The secrets of the job cannot be stored: no folder is private to this account."),
        text(
            "Make sure that other accounts cannot write to {folder} or a folder above it.", folder=folder.root
        ),
    )


def load(folder: DataFolder, job: str, config: OpenBayesConfig) -> dict[str, str]:
    """Load a job's secrets.

    Raises
    ------
    RunnerError
        When they are gone, as after a restart of the machine.
    """
    if not config.secrets:
        return {}
    for place in runtime_folders(folder, make=False):
        with suppress(OSError, ValueError):
            values = json.loads(read_private(_file(place, job), _MOST_BYTES))
            return {str(k): str(v) for k, v in values.items()}
    raise RunnerError(
        text("The secrets of this job are gone: they are kept in memory only."),
        text("Set their variables again, then: bayesdesk continue {job}", job=job),
    )


def forget(folder: DataFolder, job: str) -> None:
    """Remove a job's secrets."""
    for place in runtime_folders(folder, make=False):
        with suppress(OSError):
            _file(place, job).unlink(missing_ok=True)


def _file(place: Path, job: str) -> Path:
    return place / f"{check_identifier(job)}.json"
