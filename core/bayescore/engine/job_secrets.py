"""Secrets between the command that starts a job and the engine that runs its trials.

They must survive a crash of the engine and must not be written to a disk, so they wait until the
job has ended in a file on a memory file system, in a folder that only this account can enter.  Where
there is none, or another account has prepared it, they wait in such a folder below the data folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bayescore.config import OpenBayesConfig, YamlDocument
from bayescore.config.masking import MASK
from bayescore.errors import ConfigError, RunnerError
from bayescore.files import read_private, replace
from bayescore.i18n import text
from bayescore.store import DataFolder
from bayescore.store.identifiers import check_identifier
from bayescore.store.runtime_folders import runtime_folders

_MOST_BYTES = 2**24  # more than an environment can hold


def collect(config: OpenBayesConfig, file_text: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Values of a job's secrets by parameter name.

    Raises
    ------
    ConfigError
        When a variable is unset or empty.
    """
    values: dict[str, str] = {}
    for name, secret in config.secrets.items():
        if secret.env is None:
            values[name] = str(YamlDocument.parse(file_text).data["parameters"][name]["value"])
            continue
        value = environment.get(secret.env, "")
        if not value:
            raise ConfigError(
                text(
                    "The secret “{name}” needs the variable {variable}, which is not set.",
                    name=name,
                    variable=secret.env,
                ),
                text("Set it first: export {variable}=…", variable=secret.env),
            )
        values[name] = value
    return values


def without_values(config: OpenBayesConfig, file_text: str) -> str:
    """The file's text as it may be stored: secrets in clear text are blotted out."""
    document = YamlDocument.parse(file_text)
    for name, secret in config.secrets.items():
        if secret.env is None:
            document = document.apply(document.set(("parameters", name, "value"), MASK))
    return document.text


def keep(folder: DataFolder, job: str, values: Mapping[str, str]) -> None:
    """Keep a job's secrets until :func:`forget`.

    Raises
    ------
    RunnerError
        When there is no folder that only this account can enter.
    """
    if not values:
        return
    forget(folder, job)  # values of an earlier run may be in another place
    content = json.dumps(dict(values)).encode()
    for place in runtime_folders(folder, make=True):
        with suppress(OSError):
            replace(_file(place, job), content, mode=0o600)
            return
    raise RunnerError(
        text("The secrets of the job can be kept nowhere: no folder is for this account alone."),
        text("See that other accounts cannot write on the way to {folder}.", folder=folder.root),
    )


def recall(folder: DataFolder, job: str, config: OpenBayesConfig) -> dict[str, str]:
    """Secrets of a job.

    Raises
    ------
    RunnerError
        When the machine has been restarted since, and they are gone.
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
