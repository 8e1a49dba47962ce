"""Secrets between the command that starts a job and the engine that runs its trials.

They must survive a crash of the engine and must not be written to a disk, so they wait
in a file of the user's own on a memory file system until the job has ended.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from bayescore.config import OpenBayesConfig, YamlDocument
from bayescore.errors import ConfigError, RunnerError
from bayescore.i18n import text
from bayescore.store import DataFolder

_MEMORY = Path("/dev/shm")  # a memory file system, on Linux


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
            document = document.apply(document.set(("parameters", name, "value"), "***"))
    return document.text


def keep(folder: DataFolder, job: str, values: Mapping[str, str]) -> None:
    """Keep a job's secrets until :func:`forget`."""
    if not values:
        return
    file = _file(folder, job)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as kept:
        json.dump(dict(values), kept)


def recall(folder: DataFolder, job: str, config: OpenBayesConfig) -> dict[str, str]:
    """Secrets of a job.

    Raises
    ------
    RunnerError
        When the machine has been restarted since, and they are gone.
    """
    if not config.secrets:
        return {}
    try:
        values = json.loads(_file(folder, job).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise RunnerError(
            text("The secrets of this job are gone: they are kept in memory only."),
            text("Set their variables again, then: bayesdesk continue {job}", job=job),
        ) from None
    return {str(k): str(v) for k, v in values.items()}


def forget(folder: DataFolder, job: str) -> None:
    """Remove a job's secrets."""
    _file(folder, job).unlink(missing_ok=True)


def _file(folder: DataFolder, job: str) -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    place = Path(runtime) if runtime and Path(runtime).is_dir() else _MEMORY
    if not place.is_dir():  # macOS and Windows have no folder in memory
        return folder.root / "secrets" / f"{job}.json"
    home = hashlib.sha256(str(folder.root).encode()).hexdigest()[:16]
    return place / f"bayesdesk-{os.getuid()}" / home / f"{job}.json"
