"""Backup, restore and repair of a data folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bayescore.app import consent
from bayescore.errors import RunnerError
from bayescore.store import DataFolder, recovery
from bayescore.store import restore as store_restore
from bayescore.store.backup import make, read_manifest
from bayescore.store.recovery import Recovery
from bayescore.store.restore import RestoreResult
from bayescore.trials import docker_engine

__all__ = ["make", "read_manifest", "repair", "restore"]


def restore(
    folder: DataFolder, source: Path, *, replace: bool, progress: Callable[[int, int], None]
) -> RestoreResult:
    """Put a backup in place of what a data folder holds; its jobs need a new confirmation to continue.

    Parameters
    ----------
    replace
        Move what the folder holds aside; otherwise a folder with jobs is an error.
    progress
        Called with the bytes done and the bytes in all.

    Raises
    ------
    StoreError
        When the backup cannot be used, or the folder is in use or holds jobs.
    """
    return store_restore.restore(
        folder,
        source.absolute(),
        replace=replace,
        docker=_docker_endpoint(),
        progress=progress,
        before_replace=lambda: consent.forget_jobs(folder),
    )


def repair(folder: DataFolder, progress: Callable[[str, int], None]) -> Recovery:
    """Replace a damaged store by a new one with everything that can be read; see :func:`recovery.repair`.

    Parameters
    ----------
    progress
        Called with a table's name and the rows read so far.
    """
    return recovery.repair(folder, progress)


def _docker_endpoint() -> str | None:
    """This machine's container engine, for jobs of the backup that ran in containers."""
    try:
        return docker_engine.find()
    except RunnerError:
        return next(docker_engine.endpoints(), None)
