"""A project written again from what a job keeps of it: its snapshot, its file, its settings."""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from bayescore.config import FILE_NAME, LOCAL_FILE_NAME, LocalSettings
from bayescore.config.beliefs import written_belief
from bayescore.config.known_sets import written_set
from bayescore.errors import ConfigError
from bayescore.files import reason_of
from bayescore.files.copying import copy_tree
from bayescore.files.tree import Cursor
from bayescore.i18n import text
from bayescore.store import Database, Job


def is_missing(job: Job) -> bool:
    """Whether the project's file is no longer where the job was started from."""
    return not (Path(job.submission.project) / FILE_NAME).is_file()


def write_project(database: Database, job: Job, folder: Path) -> Path:
    """Write a job's snapshot, ``openbayes.yaml`` and settings of this machine into a new or empty folder.

    Returns
    -------
    Path
        The ``openbayes.yaml``.

    Raises
    ------
    ConfigError
        When the folder has content, or something cannot be read or written.
    """
    target = folder.absolute()
    try:
        target.mkdir(parents=True, exist_ok=True)
        with Cursor(target.resolve()) as cursor:
            if cursor.names():
                raise ConfigError(
                    text("The folder {folder} is not empty.", folder=target), text("Choose an empty folder.")
                )
        snapshot = database.folder.snapshot(job.id)
        if snapshot.is_dir() and not snapshot.is_symlink():
            copy_tree(snapshot, target.resolve())
        with Cursor(target.resolve()) as cursor:
            _write_missing(cursor, FILE_NAME, job.submission.file_text.encode("utf-8", "surrogatepass"))
            if settings := _settings_text(job.local):
                _write_missing(cursor, LOCAL_FILE_NAME, settings.encode())
    except OSError as error:
        raise ConfigError(
            text(
                "{file} cannot be written: {reason}.",
                file=error.filename or target,
                reason=reason_of(error),
            ),
            text("Choose another folder."),
        ) from None
    return target / FILE_NAME


def _write_missing(cursor: Cursor, name: str, content: bytes) -> None:
    """Write a file unless the snapshot has brought it."""
    if name not in cursor.names():
        with cursor.create_new(name) as created:
            created.write(content)
            created.flush()
            os.fsync(created.fileno())


def _settings_text(local: LocalSettings) -> str:
    settings = local.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if "known" in settings:
        settings["known"] = [written_set(known) for known in local.known if not known.by_hand]
    if local.baseline is not None:
        settings["baseline"] = written_set(local.baseline)
    if local.expect:
        settings["expect"] = {name: written_belief(belief) for name, belief in local.expect.items()}
    return yaml.safe_dump(settings, allow_unicode=True, sort_keys=False) if settings else ""
