"""Secrets of jobs, kept between the command that starts a job and the engine that runs its trials.

They must survive a crash of the engine and must not be written to a disk.  Until the job has ended they
are in a file on a memory file system, in a folder that only this account can enter.  Without such a file
system, or where another account has prepared the folder, that folder is below the data folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress

from bayescore.config import OpenBayesConfig
from bayescore.errors import RunnerError
from bayescore.files import read_private, replace
from bayescore.i18n import text
from bayescore.store.data_folder import DataFolder
from bayescore.store.identifiers import check_identifier
from bayescore.store.runtime_folders import runtime_folders

_MOST_BYTES = 2**24  # more than an environment can hold
_VALUES, _VARIABLES = ".json", ".environment.json"


def save(
    folder: DataFolder, job: str, values: Mapping[str, str], variables: Mapping[str, str] | None = None
) -> None:
    """Save a job's secrets until :func:`forget`.

    Parameters
    ----------
    values
        Of the secret parameters, by name.
    variables
        Secrets among the environment variables of whoever starts the job, by name.

    Raises
    ------
    RunnerError
        When there are values, and no folder that only this account can enter.
    """
    forget(folder, job)  # values of an earlier run may be in another folder
    if values:
        _save(folder, f"{check_identifier(job)}{_VALUES}", values)
    if variables:
        with suppress(RunnerError):  # the job runs without them, with an event
            _save(folder, f"{check_identifier(job)}{_VARIABLES}", variables)


def _save(folder: DataFolder, name: str, values: Mapping[str, str]) -> None:
    content = json.dumps(dict(values)).encode()
    for place in runtime_folders(folder, make=True):
        with suppress(OSError):
            replace(place / name, content, mode=0o600)
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
    values = _read(folder, f"{check_identifier(job)}{_VALUES}")
    if values is None:
        raise RunnerError(
            text("The secrets of this job are gone: they are kept in memory only."),
            text("Set their variables again, then: bayesdesk continue {job}", job=job),
        )
    return values


def variables(folder: DataFolder, job: str) -> dict[str, str]:
    """Secrets among the environment variables of whoever started the job; empty when they are gone."""
    return _read(folder, f"{check_identifier(job)}{_VARIABLES}") or {}


def _read(folder: DataFolder, name: str) -> dict[str, str] | None:
    for place in runtime_folders(folder, make=False):
        with suppress(OSError, ValueError):
            found = json.loads(read_private(place / name, _MOST_BYTES))
            return {str(k): str(v) for k, v in found.items()}
    return None


def forget(folder: DataFolder, job: str) -> None:
    """Remove a job's secrets."""
    check_identifier(job)
    for place in runtime_folders(folder, make=False):
        with suppress(OSError):
            for ending in (_VALUES, _VARIABLES):
                (place / f"{job}{ending}").unlink(missing_ok=True)
